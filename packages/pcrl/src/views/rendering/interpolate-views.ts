import { type Box, shifted } from '../drawing/box.js';
import type { ViewGeometry } from '../drawing/plan.js';
import type { NearbyVoxels } from '../drawing/voxel-source.js';
import { cropToRegion, viewToCrop } from './affine.js';
import { interpolateOnHost } from './host-interpolation.js';

/** How views of one size are made: `[H, W]` or `[X, Y, Z]`, and how far apart points may lie, in voxels. */
export interface ViewSampling {
  readonly size: readonly number[];
  readonly spread: number;
}

/**
 * Interpolates views of one size of an image on the CPU, one after the other into `out`.
 *
 * @param region the part of the image that the views may read, in voxels of the image
 * @param nearby voxels that hold the region
 */
export function interpolateViews(
  out: Float32Array,
  views: readonly ViewGeometry[],
  region: Box,
  nearby: NearbyVoxels,
  { size, spread }: ViewSampling,
): void {
  const voxels = size.reduce((product, side) => product * side, 1);
  const toGrid = nearby.box.start.map((start, axis) => start - region.start[axis]!);
  views.forEach((view, index) => {
    const map = cropToRegion(viewToCrop(view, size), view.box, region);
    const crop = shifted(view.box, toGrid);
    const source = { grid: nearby.grid, region: nearby.box, crop, map, outside: view.outside };
    const target = out.subarray(index * voxels, (index + 1) * voxels);
    interpolateOnHost(target, source, size, refinement(view, size, spread));
  });
}

/** How many points a voxel of a view is the mean of, per axis: as its crop needs. */
export function refinement(
  { box }: ViewGeometry,
  size: readonly number[],
  spread: number,
): number[] {
  return size.map((extent, axis) => Math.max(1, Math.ceil(box.size[axis]! / extent / spread)));
}
