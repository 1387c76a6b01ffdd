import { ImageError } from '../../errors.js';
import type { ImageFile } from './slices.js';

interface Fragment {
  /** Byte of the encapsulated value, from the end of its offset table, where the item starts. */
  readonly itemOffset: number;
  readonly bytes: Buffer;
}

const ITEM = 0xfffe_e000;
const SEQUENCE_END = 0xfffe_e0dd;

/**
 * Splits encapsulated pixel data (PS3.5, A.4) into the compressed bytes of each frame.
 *
 * @param bytes the file from the start of the pixel data's value
 * @throws ImageError when a fragment is cut short, or fragments cannot be told apart by frame
 */
export function splitFrames(file: ImageFile, bytes: Buffer): readonly Buffer[] {
  const [table, ...fragments] = readFragments(file, bytes);
  const { frames } = file.format;
  if (!table || fragments.length < frames) {
    throw damaged(file, bytes.length, `${fragments.length} fragments for ${frames} frames`);
  }
  if (frames === 1) return [Buffer.concat(fragments.map((fragment) => fragment.bytes))];
  if (fragments.length === frames) return fragments.map((fragment) => fragment.bytes);
  return byOffsetTable(file, table.bytes, fragments);
}

function readFragments(file: ImageFile, bytes: Buffer): Fragment[] {
  const fragments: Fragment[] = [];
  let at = 0;
  let tableEnd = 0;
  while (at + 8 <= bytes.length) {
    const tag = bytes.readUInt16LE(at) * 0x1_0000 + bytes.readUInt16LE(at + 2);
    const length = bytes.readUInt32LE(at + 4);
    if (tag === SEQUENCE_END) return fragments;
    if (tag !== ITEM) throw damaged(file, at, 'a fragment should start here');
    const end = at + 8 + length;
    if (end > bytes.length) {
      const left = bytes.length - at - 8;
      throw damaged(file, at, `a fragment claims ${length} bytes where ${left} are left`);
    }
    if (fragments.length === 0) tableEnd = end;
    fragments.push({ itemOffset: at - tableEnd, bytes: bytes.subarray(at + 8, end) });
    at = end;
  }
  // Some writers leave out the delimiter at the end; the fragments before it are whole.
  return fragments;
}

function byOffsetTable(file: ImageFile, table: Buffer, fragments: readonly Fragment[]): Buffer[] {
  const { frames } = file.format;
  if (table.length !== frames * 4) {
    throw damaged(file, 0, `${fragments.length} fragments, ${frames} frames and no offset table`);
  }
  const starts = Array.from({ length: frames }, (_, frame) => {
    const offset = table.readUInt32LE(frame * 4);
    return fragments.findIndex((fragment) => fragment.itemOffset === offset);
  });
  return starts.map((start, frame) => {
    const end = starts[frame + 1] ?? fragments.length;
    if (start < 0 || end <= start) throw damaged(file, 0, 'the offset table names no fragments');
    return Buffer.concat(fragments.slice(start, end).map((fragment) => fragment.bytes));
  });
}

function damaged({ path, pixels }: ImageFile, at: number, what: string): ImageError {
  return new ImageError(
    path,
    `the compressed pixels are damaged at byte ${pixels.offset + at}: ${what}`,
    'Copy or download the file again.',
  );
}
