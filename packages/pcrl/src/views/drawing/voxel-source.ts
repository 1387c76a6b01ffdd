import type { Box } from './box.js';
import { lowestInBox, type VoxelGrid, voxelRange, wholeBox } from './voxel-grid.js';

/** Voxels that stay on the disk and are read in boxes. */
export interface VoxelsOnDisk {
  readonly size: readonly number[];
  /** The smallest value of all. */
  readonly lowest: number;
  /** Reads a box of whole voxels inside the volume; what it gives is valid until the next call. */
  read(start: readonly number[], size: readonly number[]): Float32Array;
}

/** One channel of voxels, in memory or on the disk. */
export type VoxelSource = VoxelGrid | VoxelsOnDisk;

/** A box, and voxels that hold the part of it that exists. */
export interface NearbyVoxels {
  readonly grid: VoxelGrid;
  /** The box in coordinates of `grid`; it reaches beyond `grid` where it reaches beyond the volume. */
  readonly box: Box;
}

/** The voxels that a box touches: the whole grid where it is in memory, else no more than these. */
export function voxelsNear(source: VoxelSource, box: Box): NearbyVoxels {
  if ('voxels' in source) return { grid: source, box };
  const ranges = source.size.map((_, axis) => voxelRange(source, box, axis));
  const start = ranges.map(([first]) => first);
  const size = ranges.map(([first, last]) => last - first + 1);
  const voxels = source.read(start, size);
  const shifted = box.start.map((low, axis) => low - start[axis]!);
  return { grid: { size, voxels }, box: { start: shifted, size: box.size } };
}

/** The smallest value of all voxels. */
export function lowestOf(source: VoxelSource): number {
  return 'voxels' in source ? lowestInBox(source, wholeBox(source)) : source.lowest;
}
