import { ImageError } from '../errors.js';
import { inflate, inflatePieces, newBytes } from './bytes.js';
import type { Image } from './image.js';
import { guessedUnit, type StoredGrid, VolumeFromSlabs, volumeImage } from './volume.js';
import { countVoxels, isInteger, type VoxelType, viewVoxels, voxelBytes } from './voxel-type.js';

/** Bytes that may follow the voxels inside a gzip stream before it counts as damaged. */
export const TRAILING_BYTES = 1 << 20;

/** Larger volumes are inflated and put in order slab by slab. */
const SLAB_BYTES = 1 << 24;

/** Where and how a volume lies in a compressed stream; a voxel's value is `slope * stored + intercept`. */
export interface CompressedVolume extends StoredGrid {
  readonly kind: 'gzip' | 'zlib';
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** Inflated bytes before the voxels. */
  readonly offset: number;
  /** Inflated bytes that may follow them. */
  readonly trailing: number;
}

/**
 * Reads a compressed volume. A large one is inflated piece by piece: beside its voxels and the compressed bytes it
 * takes the memory of a slab.
 *
 * @throws ImageError when the stream is damaged, cut short, or longer than the header allows
 */
export async function compressedVolume(
  path: string,
  bytes: Buffer,
  volume: CompressedVolume,
): Promise<Image> {
  const { kind, type, size, offset, trailing } = volume;
  const end = offset + countVoxels(path, size) * voxelBytes(type);
  const stream = { kind, expected: end, limit: end + trailing };
  if (end > SLAB_BYTES) return bySlabs(volume, end, path, inflatePieces(path, bytes, stream));
  const voxels = viewVoxels(path, inflate(path, bytes, stream), volume);
  return volumeImage(path, { ...volume, voxels, integer: isInteger(type) });
}

async function bySlabs(
  volume: CompressedVolume,
  end: number,
  path: string,
  pieces: AsyncIterable<Buffer>,
): Promise<Image> {
  const { type, size, offset } = volume;
  const [width, height, depth] = size as [number, number, number];
  const sliceBytes = width * height * voxelBytes(type);
  const slices = Math.min(depth, Math.max(1, Math.floor(SLAB_BYTES / sliceBytes)));
  const target = new VolumeFromSlabs(path, volume);
  const buffer = newBytes(slices * sliceBytes);
  let skip = offset;
  let filled = 0;
  let first = 0;
  const addSlab = () => {
    const count = Math.floor(filled / sliceBytes);
    const layout = { ...volume, offset: 0, size: [width, height, count] };
    target.add({ ...volume, voxels: viewVoxels(path, buffer, layout), first });
    first += count;
    filled = 0;
  };
  for await (const piece of pieces) {
    let from = Math.min(skip, piece.length);
    skip -= from;
    while (from < piece.length && first < depth) {
      const room = Math.min(slices, depth - first) * sliceBytes;
      const copied = piece.copy(buffer, filled, from, from + room - filled);
      from += copied;
      filled += copied;
      if (filled === room) addSlab();
    }
  }
  if (first < depth) {
    const reached = offset - skip + first * sliceBytes + filled;
    throw new ImageError(
      path,
      `cut short: the voxels end at byte ${end}, but the data end at byte ${reached}`,
      'Copy or download the file again.',
    );
  }
  return target.image(guessedUnit(isInteger(type), target.voxels));
}
