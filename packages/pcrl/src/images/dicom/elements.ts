import { ImageError } from '../../errors.js';
import { type DataSet, type Element, makeDataSet } from './data-set.js';
import { PIXEL_DATA, shownTag, type TagName, tagName } from './tags.js';

/** The pixel data element, which ends the header. */
export interface PixelElement {
  readonly kind: 'integer' | 'float' | 'double';
  /** Byte of the file (of the inflated data set, if deflated) where its value starts. */
  readonly offset: number;
  /** Undefined where the value is encapsulated in fragments. */
  readonly length: number | undefined;
}

export interface ParsedHeader {
  readonly data: DataSet;
  readonly pixels: PixelElement | undefined;
}

/** Thrown when the header goes on after the bytes that were read of the file. */
export class MoreBytesNeeded extends Error {}

export interface Encoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

const UNDEFINED_LENGTH = 0xffff_ffff;
const ITEM = 0xfffe_e000;
const ITEM_END = 0xfffe_e00d;
const SEQUENCE_END = 0xfffe_e0dd;

/** Sequences may nest this deep; real ones stay below 8. */
const MAX_DEPTH = 32;
/** Items that are kept of a file; a frame has about ten. */
const MAX_ITEMS = 1_000_000;

/** Value representations whose explicit length has 32 bits (PS3.5, table 7.1-1). */
const LONG_FORMS = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

interface Head {
  readonly tag: number;
  readonly sequence: boolean;
  readonly unknown: boolean;
  readonly length: number;
  /** Where the value starts. */
  readonly offset: number;
}

/**
 * Parses a data set up to its pixel data. Every length is checked against the bytes of the file
 * before it is followed; only the attributes in `TAGS` are kept.
 *
 * @param bytes the beginning of the file, or all of it
 * @param fileSize how many bytes the file has
 * @throws MoreBytesNeeded when the header is longer than `bytes`
 * @throws ImageError when it is damaged
 */
export function parseHeader(
  path: string,
  bytes: Buffer,
  start: number,
  fileSize: number,
  encoding: Encoding,
): ParsedHeader {
  const walk = new Walk(path, bytes, fileSize);
  const { elements } = walk.dataSet(start, fileSize, encoding, 0);
  return { data: makeDataSet(path, bytes, encoding.littleEndian, elements), pixels: walk.pixels };
}

/** Parses the file's meta header (group 0002), which is always explicit and little endian. */
export function parseMeta(path: string, bytes: Buffer, start: number, fileSize: number) {
  const encoding = { explicit: true, littleEndian: true };
  const walk = new Walk(path, bytes, fileSize);
  const { elements, end } = walk.dataSet(start, fileSize, encoding, 0, true);
  return { data: makeDataSet(path, bytes, true, elements), end };
}

type Elements = Map<TagName, Element>;

class Walk {
  pixels: PixelElement | undefined;
  #items = 0;

  constructor(
    readonly path: string,
    readonly bytes: Buffer,
    readonly fileSize: number,
  ) {}

  /** Elements from `position` to `end`, or to the item's delimiter, or to the pixels. */
  dataSet(position: number, end: number, given: Encoding, depth: number, metaOnly = false) {
    const elements: Elements = new Map();
    const encoding = metaOnly ? given : this.#trueEncoding(position, end, given);
    let at = position;
    while (at < end) {
      const head = this.#head(at, end, encoding);
      if (metaOnly && head.tag >>> 16 !== 2) break;
      if (head.tag === ITEM_END) return { elements, end: head.offset };
      const pixelKind = depth === 0 ? PIXEL_DATA.get(head.tag) : undefined;
      if (pixelKind) {
        const length = head.length === UNDEFINED_LENGTH ? undefined : head.length;
        this.pixels = { kind: pixelKind, offset: head.offset, length };
        break;
      }
      at = this.#value(head, end, encoding, depth, elements);
    }
    return { elements, end: at };
  }

  /** Keeps or skips one value, and returns where it ends. */
  #value(head: Head, end: number, encoding: Encoding, depth: number, elements: Elements): number {
    const { tag, length, offset } = head;
    if (length === UNDEFINED_LENGTH && PIXEL_DATA.has(tag))
      return this.#fragments(head, end, encoding);
    const name = tagName(tag);
    if (length === UNDEFINED_LENGTH || (head.sequence && name)) {
      // What is unknown and of undefined length is a sequence in implicit little endian (CP-246).
      const inner = head.unknown ? { explicit: false, littleEndian: true } : encoding;
      const stop = length === UNDEFINED_LENGTH ? end : this.#stop(head, end);
      const sequence = this.#sequence(head, stop, inner, depth + 1);
      if (name) elements.set(name, { tag, offset, length: 0, items: sequence.items });
      return sequence.end;
    }
    const stop = this.#stop(head, end);
    if (name) {
      this.#need(stop);
      elements.set(name, { tag, offset, length });
    }
    return stop;
  }

  /** Skips compressed pixels within a sequence: a preview (icon) of the image. */
  #fragments(head: Head, end: number, encoding: Encoding): number {
    let at = head.offset;
    while (at < end) {
      const fragment = this.#itemHead(at, end, encoding);
      at = this.#stop(fragment, end);
      if (fragment.tag === SEQUENCE_END) break;
    }
    return at;
  }

  #sequence(head: Head, end: number, encoding: Encoding, depth: number) {
    if (depth > MAX_DEPTH) {
      throw this.#damaged(head.offset, `sequences are nested more than ${MAX_DEPTH} deep`);
    }
    const items: DataSet[] = [];
    let at = head.offset;
    while (at < end) {
      const item = this.#itemHead(at, end, encoding);
      if (item.tag === SEQUENCE_END) return { items, end: item.offset };
      if (item.tag !== ITEM) {
        throw this.#damaged(at, `${shownTag(item.tag)} stands where a sequence's item should`);
      }
      const delimited = item.length === UNDEFINED_LENGTH;
      const stop = delimited ? end : this.#stop(item, end);
      const inner = this.dataSet(item.offset, stop, encoding, depth);
      at = delimited ? inner.end : stop;
      if (++this.#items > MAX_ITEMS) throw this.#damaged(at, `more than ${MAX_ITEMS} items`);
      items.push(makeDataSet(this.path, this.bytes, encoding.littleEndian, inner.elements));
    }
    return { items, end: at };
  }

  /** Some writers say explicit and write implicit, all of it or an item; a VR is two capital letters. */
  #trueEncoding(position: number, end: number, encoding: Encoding): Encoding {
    if (!encoding.explicit || position + 8 > end) return encoding;
    this.#need(position + 8);
    const delimiter = this.#tag(position, encoding) >>> 16 === 0xfffe;
    const isVr = [4, 5].every((at) => {
      const letter = this.bytes[position + at]!;
      return letter >= 0x41 && letter <= 0x5a;
    });
    return delimiter || isVr ? encoding : { ...encoding, explicit: false };
  }

  #head(at: number, end: number, encoding: Encoding): Head {
    this.#fits(at, 8, end);
    const tag = this.#tag(at, encoding);
    if (!encoding.explicit || tag >>> 16 === 0xfffe) return this.#itemHead(at, end, encoding);
    const vr = this.bytes.toString('latin1', at + 4, at + 6);
    const kind = { tag, sequence: vr === 'SQ', unknown: vr === 'UN' };
    if (!LONG_FORMS.has(vr)) {
      return { ...kind, length: this.#uint16(at + 6, encoding), offset: at + 8 };
    }
    this.#fits(at, 12, end);
    return { ...kind, length: this.#uint32(at + 8, encoding), offset: at + 12 };
  }

  /** A tag and a 32-bit length: items, delimiters, and everything that is implicit. */
  #itemHead(at: number, end: number, encoding: Encoding): Head {
    this.#fits(at, 8, end);
    const tag = this.#tag(at, encoding);
    const length = this.#uint32(at + 4, encoding);
    // Without a VR, a sequence that is read is known by its tag.
    const name = tagName(tag);
    const sequence = name !== undefined && SEQUENCES.has(name);
    return { tag, sequence, unknown: false, length, offset: at + 8 };
  }

  #stop({ tag, offset, length }: Head, end: number): number {
    if (offset + length <= end) return offset + length;
    throw this.#damaged(
      offset,
      `${shownTag(tag)} claims ${length.toLocaleString('en')} bytes where ` +
        `${(end - offset).toLocaleString('en')} are left`,
    );
  }

  #fits(at: number, length: number, end: number): void {
    if (at + length > end) throw this.#damaged(at, 'an element is cut short');
    this.#need(at + length);
  }

  #need(end: number): void {
    if (end > this.bytes.length) throw new MoreBytesNeeded();
  }

  #tag(at: number, encoding: Encoding): number {
    return this.#uint16(at, encoding) * 0x1_0000 + this.#uint16(at + 2, encoding);
  }

  #uint16(at: number, { littleEndian }: Encoding): number {
    return littleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  #uint32(at: number, { littleEndian }: Encoding): number {
    return littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  #damaged(at: number, what: string): ImageError {
    const reason = `the DICOM header is damaged at byte ${at}: ${what}`;
    return new ImageError(this.path, reason, 'Copy or download the file again.');
  }
}

const SEQUENCES: ReadonlySet<TagName> = new Set<TagName>([
  'planePosition',
  'planeOrientation',
  'pixelMeasures',
  'frameWindow',
  'pixelValues',
  'sharedGroups',
  'frameGroups',
]);
