import { endianness } from 'node:os';
import { withHugePages } from '@pcrl/torch/reading';
import type { StoredVoxels } from '../voxel-type.js';
import { FrameDamage } from './frame-damage.js';
import type { PixelFormat } from './pixel-format.js';

/** The samples of one frame after decompression. */
export interface RawFrame {
  readonly bytes: Buffer;
  readonly bitsAllocated: PixelFormat['bitsAllocated'];
  readonly littleEndian: boolean;
  readonly planar: boolean;
  /** Where the values' bits end; all bits above are to be ignored. */
  readonly bitsStored: number;
  readonly highBit: number;
}

/** An array for the stored numbers of `count` pixels in a format. */
export function storedArray(format: PixelFormat, count: number): StoredVoxels {
  const bytes = Math.max(1, format.bitsAllocated / 8);
  const { buffer: memory } = withHugePages(new Uint8Array(count * format.samples * bytes));
  if (format.kind === 'float') return new Float32Array(memory);
  if (format.kind === 'double') return new Float64Array(memory);
  if (bytes === 1) return format.signed ? new Int8Array(memory) : new Uint8Array(memory);
  if (bytes === 2) return format.signed ? new Int16Array(memory) : new Uint16Array(memory);
  return format.signed ? new Int32Array(memory) : new Uint32Array(memory);
}

/**
 * Writes a frame's samples as numbers, colours pixel by pixel. `target` has as many elements as the
 * frame has samples, and is the kind of array that {@link storedArray} makes of the format.
 */
export function unpackFrame(raw: RawFrame, format: PixelFormat, target: StoredVoxels): void {
  const { bytes, bitsAllocated } = raw;
  const size = target.BYTES_PER_ELEMENT;
  const need = Math.ceil((target.length * bitsAllocated) / 8);
  if (bytes.length < need) throw new FrameDamage(`${bytes.length} bytes where ${need} are needed`);
  if (bitsAllocated === 1) unpackBitmap(bytes, 0, target);
  else if (bitsAllocated === size * 8) bytes.copy(bytesOf(target), 0, 0, need);
  // A codec may answer in fewer or more bytes than the header allocates.
  else if (bitsAllocated === 8) target.set(bytes.subarray(0, need));
  else for (let at = 0; at < target.length; at++) target[at] = bytes.readUInt16LE(at * 2);
  tidyFrame(raw, format, target);
}

/** The memory of an array, as bytes to read into. */
export function bytesOf(target: StoredVoxels): Buffer {
  return Buffer.from(target.buffer as ArrayBuffer, target.byteOffset, target.byteLength);
}

/** Brings samples that lie in `target` as the file has them to numbers in this machine's order. */
export function tidyFrame(
  raw: Omit<RawFrame, 'bytes'>,
  format: PixelFormat,
  target: StoredVoxels,
): void {
  const size = target.BYTES_PER_ELEMENT;
  if (size > 1 && raw.littleEndian !== (endianness() === 'LE')) {
    const view = bytesOf(target);
    if (size === 2) view.swap16();
    else if (size === 4) view.swap32();
    else view.swap64();
  }
  if (format.kind === 'integer') keepStoredBits(raw, format.signed, target);
  if (format.samples === 3 && raw.planar) interleave(target);
}

/** Values sit below the high bit; what stands above them (overlays, in old files) is cut off. */
function keepStoredBits(
  { bitsStored, highBit }: Pick<RawFrame, 'bitsStored' | 'highBit'>,
  signed: boolean,
  target: StoredVoxels,
): void {
  if (bitsStored >= target.BYTES_PER_ELEMENT * 8) return;
  const up = 31 - highBit;
  const down = 32 - bitsStored;
  if (signed) for (let at = 0; at < target.length; at++) target[at] = (target[at]! << up) >> down;
  else for (let at = 0; at < target.length; at++) target[at] = (target[at]! << up) >>> down;
}

function interleave(target: StoredVoxels): void {
  const planes = target.slice();
  const pixels = target.length / 3;
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    for (let sample = 0; sample < 3; sample++) target[at++] = planes[sample * pixels + pixel]!;
  }
}

/** Unpacks single bits, lowest first (PS3.5, D.3), from the bit where a frame starts. */
export function unpackBitmap(bytes: Buffer, firstBit: number, target: StoredVoxels): void {
  for (let at = 0; at < target.length; at++) {
    const bit = firstBit + at;
    target[at] = (bytes[bit >> 3]! >> (bit & 7)) & 1;
  }
}

/** Turns YCbCr of 8 bits (PS3.3, C.7.6.3.1.2; full range) into RGB in place. */
export function ybrToRgb(pixels: StoredVoxels): void {
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const luma = pixels[at]!;
    const blue = pixels[at + 1]! - 128;
    const red = pixels[at + 2]! - 128;
    pixels[at] = byte(luma + 1.402 * red);
    pixels[at + 1] = byte(luma - 0.344136 * blue - 0.714136 * red);
    pixels[at + 2] = byte(luma + 1.772 * blue);
  }
}

/** Spreads `Y Y Cb Cr` for two neighbours (YBR_FULL_422) to `Y Cb Cr` for each. */
export function spreadChroma(source: Buffer, target: StoredVoxels): void {
  for (let from = 0, to = 0; to + 5 < target.length; from += 4, to += 6) {
    target[to] = source[from]!;
    target[to + 3] = source[from + 1]!;
    target[to + 1] = target[to + 4] = source[from + 2]!;
    target[to + 2] = target[to + 5] = source[from + 3]!;
  }
}
