import { call, callOne, cat, type Device, gridSample, type Tensor, tensor } from '@pcrl/torch';
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

/** How many points a voxel of a view is the mean of, per axis: as its crop needs. */
function refinement({ box }: ViewGeometry, size: readonly number[], spread: number): number[] {
  return size.map((extent, axis) => Math.max(1, Math.ceil(box.size[axis]! / extent / spread)));
}

function resampleOnHost(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
): Tensor {
  const voxels = size.reduce((product, side) => product * side, 1);
  const views = inOrder(items);
  const out = new Float32Array(views.length * voxels);
  views.forEach(({ sample, view }, index) => {
    const map = cropToRegion(viewToCrop(view, size), view.box, sample.region);
    const source = { ...sample, crop: view.box, map, outside: view.outside };
    const target = out.subarray(index * voxels, (index + 1) * voxels);
    interpolateOnHost(target, source, size, refinement(view, size, spread));
  });
  return tensor(out, [views.length, 1, ...size]);
}

interface ViewOfSample {
  readonly sample: SampleViews['sample'];
  readonly view: ViewGeometry;
}

function inOrder(items: readonly SampleViews[]): readonly ViewOfSample[] {
  return viewMajor(items.map(({ sample, views }) => views.map((view) => ({ sample, view }))));
}

/** The same by libtorch's `grid_sampler`, on any device. */
export function resampleOnDevice(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
  device: Device,
): Tensor {
  const sources = new Map(
    items.map(({ sample }) => [
      sample,
      tensor(sample.voxels, [1, 1, ...sample.region.size], { device }),
    ]),
  );
  const views = inOrder(items);
  const factors = views.map(({ view }) => refinement(view, size, spread));
  const sampled = new Map<ViewOfSample, Tensor>();
  for (const key of new Set(factors.map(String))) {
    const alike = views.filter((_, index) => String(factors[index]) === key);
    const factor = factors.find((each) => String(each) === key)!;
    const fine = size.map((extent, axis) => extent * factor[axis]!);
    const grids = samplingGrids(alike, fine, size, device);
    alike.forEach((of, index) => {
      const grid = grids.narrow(0, index, 1);
      const view = gridSample(sources.get(of.sample)!, grid, { padding: 'border' });
      sampled.set(of, meanOfBlocks(view, factor));
    });
  }
  const all = cat(views.map((of) => sampled.get(of)!));
  return outsideFilled(
    all,
    views.map(({ view }) => view),
    size,
    device,
  );
}

/** Where each fine voxel of each view lies in its region: `[views, ...fine, axes]`, last axis first. */
function samplingGrids(
  views: readonly ViewOfSample[],
  fine: readonly number[],
  size: readonly number[],
  device: Device,
): Tensor {
  const maps = views.map(({ sample, view }) =>
    cropToRegion(viewToCrop(view, size), view.box, sample.region),
  );
  const lastAxisFirst = size.map((_, axis) => size.length - 1 - axis);
  return affineField(maps, fine, lastAxisFirst, device);
}

function meanOfBlocks(views: Tensor, factors: readonly number[]): Tensor {
  if (factors.every((factor) => factor === 1)) return views;
  return callOne(`aten::avg_pool${factors.length}d`, views, factors);
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
