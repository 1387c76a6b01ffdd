import { ImageError } from '../../errors.js';

/** The longest header that is read; segmentations carry many lines of their own. */
export const HEADER_LIMIT = 1 << 20;

/** One line `field: value`, and the byte where it starts. */
interface Field {
  readonly value: string;
  readonly at: number;
}

export type Vector = readonly number[];

/** The other way to write a field (NRRD definition, section 5). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  datafile: 'data file',
  lineskip: 'line skip',
  byteskip: 'byte skip',
  spacedimension: 'space dimension',
  spacedirections: 'space directions',
  spaceorigin: 'space origin',
  spaceunits: 'space units',
};

/** The fields of a NRRD header by name, and complaints that name them. */
export class NrrdFields {
  readonly #path: string;
  readonly #fields: ReadonlyMap<string, Field>;
  /** The byte after the header. */
  readonly end: number;

  constructor(path: string, fields: ReadonlyMap<string, Field>, end: number) {
    this.#path = path;
    this.#fields = fields;
    this.end = end;
  }

  get(name: string): string | undefined {
    return this.#fields.get(name)?.value;
  }

  /** @throws ImageError when the field is missing. */
  require(name: string): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    throw new ImageError(
      this.#path,
      `the NRRD header, which ends at byte ${this.end}, has no "${name}"`,
      'Write the file again with the tool that made it.',
    );
  }

  /** The words of a field, quoted ones whole. */
  words(name: string): string[] | undefined {
    return this.get(name)
      ?.match(/"[^"]*"|\S+/g)
      ?.map((word) => word.replaceAll('"', ''));
  }

  /** @throws ImageError when a word is no number. `nan` stays: it marks axes without a spacing. */
  numbers(name: string): number[] | undefined {
    return this.words(name)?.map((word) => {
      const value = Number(word);
      if (Number.isNaN(value) && !/^[-+]?nan$/i.test(word))
        throw this.wrong(name, 'a number is needed');
      return value;
    });
  }

  /** @throws ImageError when the field is there and no whole number from `least` on. */
  whole(name: string, least: number): number | undefined {
    const [value, ...more] = this.numbers(name) ?? [];
    if (value === undefined) return undefined;
    if (more.length === 0 && Number.isSafeInteger(value) && value >= least) return value;
    throw this.wrong(name, `a whole number of ${least} or more is needed`);
  }

  /** `(x,y,z)` or `none` for each axis, "none" as undefined. @throws ImageError for other words. */
  vectors(name: string): (Vector | undefined)[] | undefined {
    const words = this.get(name)?.match(/\([^)]*\)|[^\s(]+/g);
    return words?.map((word) => {
      if (word.toLowerCase() === 'none') return undefined;
      const vector = word.replace(/[()]/g, '').split(',').map(Number);
      const whole = word.startsWith('(') && vector.length <= 4 && vector.every(Number.isFinite);
      if (whole) return vector;
      throw this.wrong(name, 'vectors like (1,0,0) are needed');
    });
  }

  wrong(name: string, what: string): ImageError {
    const { value, at } = this.#fields.get(name)!;
    const shown = value.length > 60 ? `${value.slice(0, 60)} ...` : value;
    return new ImageError(
      this.#path,
      `"${name}" at byte ${at} is "${shown}"; ${what}`,
      'Repair the header, or write the file again.',
    );
  }
}

/**
 * Splits a header into its fields. It ends at the first empty line, or with the file.
 *
 * @throws ImageError when the bytes are no NRRD header.
 */
export function parseFields(path: string, bytes: Buffer): NrrdFields {
  if (!/^NRRD000[1-5]\r?\n/.test(bytes.toString('latin1', 0, 10))) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
    throw new ImageError(
      path,
      `not a NRRD file: byte 0 starts ${start.join(' ')}, where NRRD0001 to NRRD0005 belongs`,
      'Check what the file is; its name says NRRD.',
    );
  }
  const fields = new Map<string, Field>();
  let at = bytes.indexOf(10) + 1;
  while (at < bytes.length && at < HEADER_LIMIT) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.toString('utf8', at, Math.min(end, at + 4096)).trim();
    if (line === '') return new NrrdFields(path, fields, Math.min(end + 1, bytes.length));
    addField(path, fields, line, at);
    at = end + 1;
  }
  if (at < bytes.length) {
    throw new ImageError(
      path,
      `the NRRD header does not end within ${HEADER_LIMIT} bytes`,
      'Check what the file is; its name says NRRD.',
    );
  }
  return new NrrdFields(path, fields, bytes.length);
}

function addField(path: string, fields: Map<string, Field>, line: string, at: number): void {
  // Comments, and key:=value pairs, which mean nothing to the format.
  if (line.startsWith('#') || /^[^:]*:=/.test(line)) return;
  const match = /^([^:]+): ?(.*)$/.exec(line);
  if (!match) {
    throw new ImageError(
      path,
      `no "field: value" at byte ${at} of the NRRD header`,
      'The header is damaged; write the file again.',
    );
  }
  const name = match[1]!.trim().toLowerCase();
  fields.set(OTHER_NAMES[name] ?? name, { value: match[2]!.trim(), at });
}
