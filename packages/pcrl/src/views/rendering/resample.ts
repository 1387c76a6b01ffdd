import { call, callOne, cat, type Device, gridSample, type Tensor, tensor } from '@pcrl/torch';
import type { Box } from '../drawing/box.js';
import type { ViewGeometry } from '../drawing/plan.js';
import { cropToRegion, viewToCrop } from './affine.js';
import { affineField } from './affine-field.js';
import { interpolateViews, refinement } from './interpolate-views.js';

/** A part of an image. */
export interface RegionVoxels {
  readonly region: Box;
  /** Its voxels, the last axis fastest. */
  readonly voxels: Float32Array;
}

/** One sample and the views of it that are made in one go. */
export interface SampleViews {
  readonly sample: RegionVoxels;
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

function resampleOnHost(
  items: readonly SampleViews[],
  size: readonly number[],
  spread: number,
): Tensor {
  const count = size.reduce((product, side) => product * side, 1);
  const views = inOrder(items);
  const out = new Float32Array(views.length * count);
  views.forEach(({ sample: { region, voxels }, view }, index) => {
    const box = { start: region.start.map(() => 0), size: region.size };
    const nearby = { grid: { size: region.size, voxels }, box };
    interpolateViews(out.subarray(index * count), [view], region, nearby, { size, spread });
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
