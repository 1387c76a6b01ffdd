import type { Image } from '../../images/image.js';
import type { Box } from './box.js';
import { endOf } from './box.js';

/**
 * One channel of voxels on a grid. Axes are those of the tensor, `[H, W]` or `[X, Y, Z]`, the last
 * one fastest.
 */
export interface VoxelGrid {
  readonly size: readonly number[];
  readonly voxels: Float32Array;
}

/** Weights of red, green and blue in the brightness of a colour (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;

/** The grid of a grey image, or the brightness of a colour image. Grey voxels are not copied. */
export function gridOf(image: Pick<Image, 'size' | 'channels' | 'voxels'>): VoxelGrid {
  const size = tensorOrder(image.size);
  if (image.channels === 1) return { size, voxels: image.voxels };
  const count = size.reduce((product, side) => product * side, 1);
  const grey = new Float32Array(count);
  LUMA.forEach((weight, channel) => {
    const plane = image.voxels.subarray(channel * count, (channel + 1) * count);
    for (let i = 0; i < count; i++) grey[i]! += weight * plane[i]!;
  });
  return { size, voxels: grey };
}

/** `[W, H]` as people write it becomes `[H, W]`; `[X, Y, Z]` stays. */
export function tensorOrder(perAxis: readonly number[]): readonly number[] {
  return perAxis.length === 2 ? [perAxis[1]!, perAxis[0]!] : perAxis;
}

/** The whole grid as a box. */
export function wholeBox(grid: Pick<VoxelGrid, 'size'>): Box {
  return { start: grid.size.map(() => 0), size: grid.size };
}

/** First and last whole voxel that a box touches, kept inside the grid. */
export function voxelRange(grid: Pick<VoxelGrid, 'size'>, box: Box, axis: number): Range {
  const top = grid.size[axis]! - 1;
  const first = Math.min(top, Math.max(0, Math.floor(box.start[axis]!)));
  return [first, Math.min(top, Math.max(first, Math.ceil(endOf(box)[axis]!) - 1))];
}

/** Points that a lattice has along an axis at least, where there are so many voxels. */
const POINTS_PER_AXIS = 32;

/** How far apart the points of a lattice over so many voxels lie: a share of 32^3 points is good to 0.3 %. */
export function latticeStride(voxels: number): number {
  return Math.max(1, Math.floor(voxels / POINTS_PER_AXIS));
}

/**
 * The smallest value in a box (in the part of it that lies inside the grid): of every voxel, or of those
 * on a {@link latticeStride | lattice}.
 */
export function lowestInBox(grid: VoxelGrid, box: Box, among: 'all' | 'lattice' = 'all'): number {
  const [, height, depth] = grid.size as [number, number, number];
  const { voxels } = grid;
  const ranges = [0, 1, 2].map((axis) => voxelRange(grid, box, axis)) as [Range, Range, Range];
  const [[x0, x1], [y0, y1], [z0, z1]] = ranges;
  const stride = ([first, last]: Range) => (among === 'all' ? 1 : latticeStride(last - first + 1));
  const [byX, byY, byZ] = ranges.map(stride) as [number, number, number];
  let low = Number.POSITIVE_INFINITY;
  for (let x = x0; x <= x1; x += byX) {
    for (let y = y0; y <= y1; y += byY) {
      const row = (x * height + y) * depth;
      for (let z = z0; z <= z1; z += byZ) if (voxels[row + z]! < low) low = voxels[row + z]!;
    }
  }
  return low;
}

type Range = [first: number, last: number];

/** Whether every voxel of the box has the same value: nothing can be learnt from it. */
export function isConstant(grid: VoxelGrid, box: Box): boolean {
  const [x, y, z] = box.start.map((_, axis) => voxelRange(grid, box, axis)[0]);
  const [, height, depth] = grid.size;
  const first = z === undefined ? x! * height! + y! : (x! * height! + y!) * depth! + z;
  const value = grid.voxels[first]!;
  return everyRow(grid, box, (from, to) => {
    for (let i = from; i < to; i++) if (grid.voxels[i] !== value) return false;
    return true;
  });
}

/**
 * Whether `holds(from, to)` is true for every run of neighbouring voxels of a box along the last axis.
 * Stops at the first for which it is not.
 */
function everyRow(
  grid: VoxelGrid,
  box: Box,
  holds: (from: number, to: number) => boolean,
): boolean {
  const [rows, columns] = grid.size.slice(-2) as [number, number];
  const [firstRow, lastRow] = voxelRange(grid, box, grid.size.length - 2);
  const [firstColumn, lastColumn] = voxelRange(grid, box, grid.size.length - 1);
  const [firstSlab, lastSlab] = grid.size.length === 3 ? voxelRange(grid, box, 0) : [0, 0];
  for (let slab = firstSlab; slab <= lastSlab; slab++) {
    for (let row = firstRow; row <= lastRow; row++) {
      const start = (slab * rows + row) * columns;
      if (!holds(start + firstColumn, start + lastColumn + 1)) return false;
    }
  }
  return true;
}
