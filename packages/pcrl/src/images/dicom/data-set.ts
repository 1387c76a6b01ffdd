import { ImageError } from '../../errors.js';
import { shownTag, type TagName } from './tags.js';

/** Where an attribute's value lies in the file. */
export interface Element {
  readonly tag: number;
  readonly offset: number;
  readonly length: number;
  /** Of a sequence. */
  readonly items?: readonly DataSet[];
}

/** The attributes of a file, or of one item of a sequence. */
export interface DataSet {
  /** The text of an attribute, without padding; undefined where it is missing or empty. */
  text(name: TagName): string | undefined;
  /** Decimal strings (VR DS and IS), one for each value. */
  decimals(name: TagName): readonly number[] | undefined;
  /** Unsigned numbers of 16 bits, or of 32 where there is only one and it has four bytes. */
  integers(name: TagName): readonly number[] | undefined;
  /** The bytes of the value, where it starts, and whether its words are little endian. */
  bytes(name: TagName): { bytes: Buffer; offset: number; littleEndian: boolean } | undefined;
  /** The first item of a sequence. */
  item(name: TagName): DataSet | undefined;
  items(name: TagName): readonly DataSet[];
}

export function makeDataSet(
  path: string,
  bytes: Buffer,
  littleEndian: boolean,
  elements: ReadonlyMap<TagName, Element>,
): DataSet {
  const value = ({ offset, length }: Element) => bytes.subarray(offset, offset + length);

  function text(name: TagName): string | undefined {
    const element = elements.get(name);
    // Names and descriptions may be in any character set; ASCII ones read right, others as Latin-1.
    const found = element && value(element).toString('latin1').replaceAll('\0', ' ').trim();
    return found || undefined;
  }

  function decimals(name: TagName): readonly number[] | undefined {
    const found = text(name);
    if (found === undefined) return undefined;
    const numbers = found
      .split('\\')
      .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    if (numbers.every(Number.isFinite)) return numbers;
    throw unusable(path, name, elements.get(name)!, `is "${found.slice(0, 40)}", not a number`);
  }

  function integers(name: TagName): readonly number[] | undefined {
    const element = elements.get(name);
    if (!element || element.length === 0) return undefined;
    const found = value(element);
    if (found.length === 4) {
      const low = littleEndian ? found.readUInt32LE() : found.readUInt32BE();
      return [low];
    }
    if (found.length % 2 !== 0) {
      throw unusable(path, name, element, `has ${found.length} bytes, not a multiple of 2`);
    }
    return Array.from({ length: found.length / 2 }, (_, at) =>
      littleEndian ? found.readUInt16LE(at * 2) : found.readUInt16BE(at * 2),
    );
  }

  return {
    text,
    decimals,
    integers,
    bytes(name) {
      const element = elements.get(name);
      return element && { bytes: value(element), offset: element.offset, littleEndian };
    },
    item: (name) => elements.get(name)?.items?.[0],
    items: (name) => elements.get(name)?.items ?? [],
  };
}

function unusable(path: string, name: string, { tag, offset }: Element, what: string): ImageError {
  return new ImageError(
    path,
    `${name} ${shownTag(tag)} at byte ${offset} ${what}`,
    'Repair the header or export the file again.',
  );
}
