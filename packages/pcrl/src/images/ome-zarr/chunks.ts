import type { Array as AnyZarrArray, DataType } from 'zarrita';
import { ImageError } from '../../errors.js';
import { MAX_VOXELS, newVoxels, type StoredVoxels, type VoxelType } from '../voxel-type.js';
import type { FolderStore } from './folder-store.js';

export type ZarrArray = AnyZarrArray<DataType, FolderStore>;

/** The most voxels of one chunk: a cube of 645. */
const MAX_CHUNK_VOXELS = 2 ** 28;

/**
 * Reads a whole array chunk by chunk, its last axis fastest, and checks that every chunk is whole.
 *
 * @throws ImageError when chunks are too large, too many, or do not hold what their shape says.
 */
export async function readChunks(
  path: string,
  array: ZarrArray,
  type: VoxelType,
): Promise<StoredVoxels> {
  const { shape, chunks } = array;
  const counts = shape.map((extent, axis) => Math.ceil(extent / chunks[axis]!));
  const total = product(counts);
  if (!(product(chunks) <= MAX_CHUNK_VOXELS && total >= 1 && total <= MAX_VOXELS)) {
    throw new ImageError(
      path,
      `chunks of ${chunks.join(' x ')} are not read: from 1 to 2^28 voxels a chunk are`,
      'Write it with smaller chunks.',
    );
  }
  const target = newVoxels(type, product(shape));
  for (let number = 0; number < total; number++) {
    const at = coordinates(number, counts);
    const chunk = await array.getChunk(at);
    if (chunk.data.length !== product(chunk.shape) || !('buffer' in chunk.data)) {
      throw new ImageError(
        path,
        `cut short: chunk ${at.join('/')} holds ${chunk.data.length} of ${product(chunk.shape)} voxels`,
        'Copy or download the folder again.',
      );
    }
    const start = at.map((position, axis) => position * chunks[axis]!);
    place(target, shape, chunk.data as ArrayLike<number | bigint>, chunk, start);
  }
  return target;
}

/** Copies the part of a chunk that lies within the array, row by row. */
function place(
  target: StoredVoxels,
  shape: readonly number[],
  data: ArrayLike<number | bigint>,
  chunk: { readonly shape: readonly number[]; readonly stride: readonly number[] },
  start: readonly number[],
): void {
  const extents = chunk.shape.map((extent, axis) => Math.min(extent, shape[axis]! - start[axis]!));
  const last = shape.length - 1;
  const length = extents[last]!;
  const step = chunk.stride[last]!;
  const rows = product(extents.slice(0, last));
  for (let row = 0; row < rows; row++) {
    const within = coordinates(row, extents.slice(0, last));
    let from = 0;
    let to = 0;
    for (let axis = 0; axis <= last; axis++) {
      const position = within[axis] ?? 0;
      from += position * chunk.stride[axis]!;
      to = to * shape[axis]! + start[axis]! + position;
    }
    for (let x = 0; x < length; x++) target[to + x] = Number(data[from + x * step]!);
  }
}

/** The coordinates of the n-th cell of a grid, the last axis fastest. */
function coordinates(number: number, counts: readonly number[]): number[] {
  const at = new Array<number>(counts.length);
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    at[axis] = rest % counts[axis]!;
    rest = Math.floor(rest / counts[axis]!);
  }
  return at;
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total * value, 1);
}
