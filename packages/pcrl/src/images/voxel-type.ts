import { endianness } from 'node:os';
import { ImageError } from '../errors.js';

/** How a file stores one voxel. */
export type VoxelType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64';

/** A typed array of stored voxels, in the machine's byte order. */
export type StoredVoxels =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

const VIEWS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** Arrays for stored numbers; those of 64 bits become doubles. */
const ARRAYS = { ...VIEWS, i64: Float64Array, u64: Float64Array } as const;

/** An array of zeros for stored voxels. */
export function newVoxels(type: VoxelType, count: number): StoredVoxels {
  return new ARRAYS[type](count);
}

/** The most voxels a file may hold: 2^31, a cube of 1290. */
export const MAX_VOXELS = 2 ** 31;

/** Bytes of one stored voxel. */
export function voxelBytes(type: VoxelType): number {
  return VIEWS[type].BYTES_PER_ELEMENT;
}

/** Whether the stored numbers are whole. */
export function isInteger(type: VoxelType): boolean {
  return type !== 'f32' && type !== 'f64';
}

/**
 * Counts the voxels of a size read from a header.
 *
 * @throws ImageError when an extent is not a whole number of 1 or more, or the product is too large.
 */
export function countVoxels(path: string, size: readonly number[]): number {
  const count = size.reduce((product, extent) => product * extent, 1);
  if (size.every((extent) => Number.isSafeInteger(extent) && extent >= 1) && count <= MAX_VOXELS) {
    return count;
  }
  throw new ImageError(
    path,
    `the header gives the size ${size.join(' x ')}; sizes from 1 up to 2^31 voxels in all are read`,
    'The header is damaged or the file is of another kind.',
  );
}

/**
 * Views stored voxels as numbers. `bytes` is given away: another byte order is swapped in place.
 *
 * @throws ImageError when the bytes end before the voxels do.
 */
export function viewVoxels(
  path: string,
  bytes: Buffer,
  layout: { offset: number; size: readonly number[]; type: VoxelType; littleEndian: boolean },
): StoredVoxels {
  const count = countVoxels(path, layout.size);
  const need = count * voxelBytes(layout.type);
  if (layout.offset + need > bytes.length) {
    throw new ImageError(
      path,
      `cut short: ${layout.size.join(' x ')} ${layout.type} voxels from byte ${layout.offset} end at byte ` +
        `${layout.offset + need}, but the data end at byte ${bytes.length}`,
      'Copy or download the file again.',
    );
  }
  const stored = aligned(
    bytes.subarray(layout.offset, layout.offset + need),
    voxelBytes(layout.type),
  );
  if (layout.littleEndian !== (endianness() === 'LE')) swapBytes(stored, layout.type);
  const view = new VIEWS[layout.type](stored.buffer as ArrayBuffer, stored.byteOffset, count);
  return view instanceof BigInt64Array || view instanceof BigUint64Array ? doubles(view) : view;
}

function doubles(whole: BigInt64Array | BigUint64Array): Float64Array {
  const numbers = new Float64Array(whole.length);
  for (let at = 0; at < whole.length; at++) numbers[at] = Number(whole[at]);
  return numbers;
}

function aligned(bytes: Buffer, unit: number): Buffer {
  if (bytes.byteOffset % unit === 0) return bytes;
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(copy);
  return copy;
}

function swapBytes(bytes: Buffer, type: VoxelType): void {
  switch (voxelBytes(type)) {
    case 2:
      bytes.swap16();
      break;
    case 4:
      bytes.swap32();
      break;
    case 8:
      bytes.swap64();
      break;
  }
}
