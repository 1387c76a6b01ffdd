import { ImageError } from '../../errors.js';
import type { DataSet } from './data-set.js';

/** Colours of a PALETTE COLOR image (PS3.3, C.7.6.3.1.5), as values in `[0, 1]`. */
export interface Palette {
  /** The stored value that the first entry belongs to. */
  readonly first: number;
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

const COLOURS = ['red', 'green', 'blue'] as const;

/** @throws ImageError when the tables are missing, cut short, or segmented. */
export function palette(path: string, data: DataSet): Palette {
  const tables = COLOURS.map((colour) => table(path, data, colour));
  const [red, green, blue] = tables.map(({ values }) => values);
  return { first: tables[0]!.first, red: red!, green: green!, blue: blue! };
}

function table(path: string, data: DataSet, colour: (typeof COLOURS)[number]) {
  const descriptor = data.integers(`${colour}PaletteDescriptor`);
  const stored = data.bytes(`${colour}Palette`);
  if (descriptor?.length !== 3 || !stored) {
    throw new ImageError(
      path,
      `the ${colour} table of its colour palette is missing; segmented palettes are not read`,
      'Convert it to RGB.',
    );
  }
  const [entries, first, bits] = descriptor as [number, number, number];
  const count = entries === 0 ? 65_536 : entries;
  const { bytes, offset, littleEndian } = stored;
  // Tables of 8-bit entries may be packed in 16-bit words, one entry a word or two.
  const wide = bits > 8 || bytes.length >= count * 2;
  if (bytes.length < count * (wide ? 2 : 1)) {
    throw new ImageError(
      path,
      `the ${colour} table of its palette at byte ${offset} has ${bytes.length} bytes for ${count} entries`,
      'Export the image again.',
    );
  }
  const entry = (at: number) => {
    if (!wide) return bytes[at]!;
    return littleEndian ? bytes.readUInt16LE(at * 2) : bytes.readUInt16BE(at * 2);
  };
  const highest = bits > 8 ? 65_535 : 255;
  // The first value is signed where the pixels are; no palette starts above 32767.
  const start = first > 32_767 ? first - 65_536 : first;
  return {
    first: start,
    values: Float32Array.from({ length: count }, (_, at) => entry(at) / highest),
  };
}
