import { interpolateView } from '@pcrl/torch/reading';
import { type Box, endOf } from '../drawing/box.js';
import type { VoxelGrid } from '../drawing/voxel-grid.js';
import type { AffineMap } from './affine.js';

/** What one view is interpolated from. */
export interface InterpolationSource {
  readonly grid: VoxelGrid;
  /** The part of the grid that may be read, in whole voxels; what lies beyond it repeats its edge. */
  readonly region: Box;
  /** The part of the region that is the view's crop. */
  readonly crop: Box;
  /** From the view's coordinates to the region's, both from -1 to 1. */
  readonly map: AffineMap;
  /** Value of what lies outside the crop. */
  readonly outside: number;
}

/**
 * Interpolates one view on the CPU, by loops of our own: libtorch's `grid_sampler` needs a grid, and on volumes
 * several times as long. Linear along each axis, edge voxels repeated; each voxel is the mean over a
 * lattice of `factors` points inside it.
 *
 * @param out receives the view
 * @param size of the view, `[H, W]` or `[X, Y, Z]`
 */
export function interpolateOnHost(
  out: Float32Array,
  source: InterpolationSource,
  size: readonly number[],
  factors: readonly number[],
): void {
  const { grid, region, crop, outside } = source;
  const { base, steps } = inVoxels(source.map, size, region.size);
  const inRegion = (value: number, axis: number) => value - region.start[axis]! - 0.5;
  interpolateView(out, {
    size: Float64Array.from(size),
    voxels: grid.voxels,
    grid: Float64Array.from(grid.size),
    start: Float64Array.from(region.start),
    extents: Float64Array.from(region.size),
    base: Float64Array.from(base),
    steps: Float64Array.from(steps.flat()),
    points: Float64Array.from(lattice(factors, steps).flat()),
    low: Float64Array.from(crop.start, inRegion),
    high: Float64Array.from(endOf(crop), inRegion),
    outside,
  });
}

/** `base[row] + sum over axes of steps[row][axis] * i[axis]`: a voxel index of the region. */
function inVoxels(map: AffineMap, from: readonly number[], to: readonly number[]) {
  const steps = map.matrix.map((row, i) => row.map((value, j) => (value * to[i]!) / from[j]!));
  const base = map.matrix.map((row, i) => {
    const first = row.reduce((sum, value, j) => sum + value * (1 / from[j]! - 1), map.offset[i]!);
    return ((first + 1) * to[i]! - 1) / 2;
  });
  return { base, steps };
}

/** Offsets of the points that a voxel is the mean of, in voxels of the region. */
function lattice(
  factors: readonly number[],
  steps: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  let points: readonly (readonly number[])[] = [factors.map(() => 0)];
  factors.forEach((factor, axis) => {
    points = points.flatMap((point) =>
      Array.from({ length: factor }, (_, k) =>
        point.map((value, row) => value + steps[row]![axis]! * ((k + 0.5) / factor - 0.5)),
      ),
    );
  });
  return points;
}
