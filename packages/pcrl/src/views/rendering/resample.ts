import { call, callOne, type Device, gridSample, stack, type Tensor, tensor } from '@pcrl/torch';
import type { ViewGeometry } from '../drawing/plan.js';
import type { PreparedSample } from '../prepare.js';
import { affineField, cropToRegion, viewToCrop } from './affine.js';
import { interpolateOnHost } from './host-interpolation.js';

/** One sample and the views of it that are made in one go. */
export interface SampleViews {
  readonly sample: Pick<PreparedSample, 'region' | 'voxels'>;
  readonly views: readonly ViewGeometry[];
}

/**
 * Cuts, resizes, turns and mirrors: one interpolation from the voxels to the views. Where a crop is
 * larger than its view, a voxel is the mean of a lattice of points. What a rotation brings in from
 * outside the crop takes the value the plan says.
 *
 * No voxel depends on what else is in the batch: each sample is interpolated by itself, the rest is
 * arithmetic voxel by voxel.
 *
 * @param size of the views, `[H, W]` or `[X, Y, Z]`
 * @param spread how far apart points may lie, in voxels of the image
 * @returns `[V * N, 1, ...size]`, view-major: sample n of view v at v * N + n
 */
export function resample(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
  device: Device,
): Tensor {
  return device === 'cpu'
    ? resampleOnHost(items, size, spread)
    : resampleOnDevice(items, size, spread, device);
}

/** The first view of every sample, then the second, and so on. */
export function viewMajor<T>(perSample: readonly (readonly T[])[]): readonly T[] {
  const count = perSample[0]?.length ?? 0;
  return Array.from({ length: count }, (_, view) => perSample.map((of) => of[view]!)).flat();
}

/** How many points a voxel is the mean of, per axis: as the largest crop of the sample needs. */
function refinement(
  views: readonly ViewGeometry[],
  size: readonly number[],
  spread: number,
): number[] {
  return size.map((extent, axis) => {
    const largest = Math.max(...views.map(({ box }) => box.size[axis]!));
    return Math.max(1, Math.ceil(largest / extent / spread));
  });
}

function resampleOnHost(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
): Tensor {
  const voxels = size.reduce((product, side) => product * side, 1);
  const viewsEach = items[0]!.views.length;
  const out = new Float32Array(items.length * viewsEach * voxels);
  items.forEach(({ sample, views }, n) => {
    const factors = refinement(views, size, spread);
    views.forEach((view, v) => {
      const at = (v * items.length + n) * voxels;
      const map = cropToRegion(viewToCrop(view, size), view.box, sample.region);
      const source = { ...sample, crop: view.box, map, outside: view.outside };
      interpolateOnHost(out.subarray(at, at + voxels), source, size, factors);
    });
  });
  return tensor(out, [items.length * viewsEach, 1, ...size]);
}

/** The same by libtorch's `grid_sampler`, on any device. */
export function resampleOnDevice(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
  device: Device,
): Tensor {
  const perSample = items.map((item) => resampleOne(item, size, spread, device));
  const views = stack(perSample, 1).reshape([-1, 1, ...size]);
  return outsideFilled(views, viewMajor(items.map((item) => item.views)), size, device);
}

/** `[V, 1, ...size]`, still with neighbours of the crop where the view looks beyond it. */
function resampleOne(
  { sample, views }: SampleViews,
  size: readonly number[],
  spread: number,
  device: Device,
): Tensor {
  const { region, voxels } = sample;
  const factors = refinement(views, size, spread);
  const fine = size.map((extent, axis) => extent * factors[axis]!);
  const maps = views.map((view) => cropToRegion(viewToCrop(view, size), view.box, region));
  const lastAxisFirst = size.map((_, axis) => size.length - 1 - axis);
  const grid = affineField(maps, fine, lastAxisFirst, device);
  const source = tensor(voxels, [1, 1, ...region.size], { device });
  const input = source.expand([views.length, 1, ...region.size]);
  const sampled = gridSample(input, grid, { padding: 'border' });
  if (factors.every((factor) => factor === 1)) return sampled;
  return callOne(`aten::avg_pool${size.length}d`, sampled, factors);
}

function outsideFilled(
  views: Tensor,
  geometries: readonly ViewGeometry[],
  size: readonly number[],
  device: Device,
): Tensor {
  const maps = geometries.map((geometry) => viewToCrop(geometry, size));
  const distance = size
    .map((_, axis) => absoluteInPlace(affineField(maps, size, [axis], device)))
    .reduce((largest, next) => largest.maximum(next));
  const isInside = distance.le(1).reshape(views.shape);
  const values = Float32Array.from(geometries, (geometry) => geometry.outside);
  const outside = tensor(values, [values.length, 1, ...size.map(() => 1)], { device });
  return views.where(isInside, outside);
}

function absoluteInPlace(values: Tensor): Tensor {
  call('aten::abs_', values);
  return values;
}
