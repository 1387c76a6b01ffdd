import { RandomStream } from '@pcrl/torch/random';
import { type Image, sharedVoxels } from '../images/image.js';
import type { ViewSettings2D, ViewSettings3D } from '../settings/index.js';
import type { SampleAddress } from './address.js';
import { drawAppearance2D } from './drawing/appearance-2d.js';
import { drawAppearance3D } from './drawing/appearance-3d.js';
import { type Box, contains, shifted } from './drawing/box.js';
import { drawCrops2D } from './drawing/crops-2d.js';
import { drawCrops3D } from './drawing/crops-3d.js';
import { drawGeometry2D, drawGeometry3D } from './drawing/geometry.js';
import { type Appearance2D, type Appearance3D, type SamplePlan, viewsOf } from './drawing/plan.js';
import { cutRegion, regionAround } from './drawing/region.js';
import { fillSwapMap } from './drawing/swap-map.js';
import { gridOf, lowestInBox, tensorOrder, wholeBox } from './drawing/voxel-grid.js';
import {
  lowestOf,
  type NearbyVoxels,
  type VoxelSource,
  type VoxelsOnDisk,
  voxelsNear,
} from './drawing/voxel-source.js';
import { interpolateViews } from './rendering/interpolate-views.js';

/** What the views of images and of volumes need to know. */
export type ViewSettings = ViewSettings2D | ViewSettings3D;

/** An image as views read it: intensities on the scale from 0 to 1, no NaN. */
export type ViewImage = Pick<Image, 'size' | 'channels' | 'voxels' | 'spacing' | 'unit'>;

/** A volume whose voxels stay on the disk, as views read it: a box at a time. */
export type ViewVolume = Pick<Image, 'size' | 'spacing' | 'unit'> & {
  readonly onDisk: VoxelsOnDisk;
};

/**
 * All that rendering needs of one sample. The arrays lie in shared memory: a loader thread hands a
 * sample on without copying it.
 */
export interface PreparedSample<A = Appearance2D | Appearance3D> {
  readonly plan: SamplePlan<A>;
  /** The part of the image that the views were made from, in voxels of the image. */
  readonly region: Box;
  /** The views as they were cut, resized, turned and mirrored: global ones, then local ones. */
  readonly clean: Float32Array;
  /** Standard normal numbers, one for each voxel of each view in turn; empty in 2D. */
  readonly noise: Float32Array;
  /** One index map for each view with swaps, in turn; empty where no view has any. */
  readonly swaps: Int32Array;
}

export type PreparedSample2D = PreparedSample<Appearance2D>;
export type PreparedSample3D = PreparedSample<Appearance3D>;

/** Whether these are the settings of volumes. */
export function isForVolumes(settings: ViewSettings): settings is ViewSettings3D {
  return settings.size.length === 3;
}

/**
 * Draws all that is random about a sample's views and interpolates them. Runs anywhere; a
 * function of its arguments alone.
 */
export function prepareSample(
  image: ViewImage | ViewVolume,
  address: SampleAddress,
  settings: ViewSettings,
): PreparedSample {
  const grid = 'onDisk' in image ? image.onDisk : gridOf(image);
  return isForVolumes(settings)
    ? prepareSample3D(image, grid, address, settings)
    : prepareSample2D(grid, address, settings);
}

function prepareSample2D(
  grid: VoxelSource,
  address: SampleAddress,
  settings: ViewSettings2D,
): PreparedSample2D {
  const crops = drawCrops2D(grid.size, settings, address);
  const plan = (box: Box, view: number) => ({
    geometry: drawGeometry2D(box, settings, address, view),
    appearance: drawAppearance2D(settings, address, view),
  });
  const globals = crops.globals.map(plan);
  const locals = crops.locals.map((box, local) => plan(box, globals.length + local));
  const region = regionAround([...crops.globals, ...crops.locals], grid);
  const sample = { globals, locals, padded: false };
  return {
    plan: sample,
    region,
    clean: cleanViews(sample, region, voxelsNear(grid, region), settings),
    noise: new Float32Array(0),
    swaps: new Int32Array(0),
  };
}

function prepareSample3D(
  image: Pick<ViewImage, 'spacing' | 'unit'>,
  grid: VoxelSource,
  address: SampleAddress,
  settings: ViewSettings3D,
): PreparedSample3D {
  const volume = { grid, unit: voxelsPerUnit(image, settings), hounsfield: image.unit === 'HU' };
  const cropAddress = settings.storedCrops ? { ...address, epoch: 0 } : address;
  const crops = drawCrops3D(volume, settings, cropAddress);
  const boxes = [...crops.globals, ...crops.locals];
  const padded = boxes.some((box) => !contains(wholeBox(grid), box));
  const region = regionAround(boxes, grid);
  // What lies beyond the image takes the lowest value, which needs a copy; else the image is read in place.
  const nearby = padded ? paddedRegion(grid, region) : voxelsNear(grid, region);
  const plan = (box: Box, view: number) => ({
    geometry: drawGeometry3D(box, lowestInView(nearby, region, box), settings, address, view),
    appearance: drawAppearance3D(settings, address, view),
  });
  const globals = crops.globals.map(plan);
  const locals = crops.locals.map((box, local) => plan(box, globals.length + local));
  const sample = { globals, locals, padded };
  return {
    plan: sample,
    region,
    clean: cleanViews(sample, region, nearby, settings),
    noise: drawNoise(settings, address),
    swaps: swapMaps(sample, settings),
  };
}

/** The smallest value of a crop, looked for on a lattice. */
function lowestInView(nearby: NearbyVoxels, region: Box, crop: Box): number {
  const toGrid = nearby.box.start.map((start, axis) => start - region.start[axis]!);
  return lowestInBox(nearby.grid, shifted(crop, toGrid), 'lattice');
}

/** Voxels of the image per voxel at the target spacing; 1 when the image's own spacing is kept. */
function voxelsPerUnit(
  image: Pick<ViewImage, 'spacing'>,
  { spacing }: ViewSettings3D,
): readonly number[] {
  return image.spacing.map((millimetres) => (spacing === 'native' ? 1 : spacing / millimetres));
}

function paddedRegion(grid: VoxelSource, region: Box): NearbyVoxels {
  const voxels = cutRegion(grid, region, lowestOf(grid));
  const box = { start: region.start.map(() => 0), size: region.size };
  return { grid: { size: region.size, voxels }, box };
}

/**
 * How far apart the points that a view is interpolated from may lie, in voxels of the image. In 2D about as
 * dense as an antialiased resize reads a crop; in 3D trilinear samples up to two voxels apart miss no
 * voxel, and a finer grid would cost eight times as much.
 */
const SPREAD = { images: 1.5, volumes: 2 } as const;

function cleanViews(
  plan: SamplePlan<unknown>,
  region: Box,
  nearby: NearbyVoxels,
  settings: ViewSettings,
): Float32Array {
  const counts = voxelsOfViews(settings);
  const out = sharedVoxels(counts.reduce((sum, count) => sum + count, 0));
  const spread = isForVolumes(settings) ? SPREAD.volumes : SPREAD.images;
  const interpolate = (kind: 'globals' | 'locals', at: number, perAxis: readonly number[]) => {
    const views = plan[kind].map(({ geometry }) => geometry);
    const sampling = { size: tensorOrder(perAxis), spread };
    interpolateViews(out.subarray(at), views, region, nearby, sampling);
  };
  const ofGlobals = counts.slice(0, settings.globalViews).reduce((sum, count) => sum + count, 0);
  interpolate('globals', 0, settings.size);
  interpolate('locals', ofGlobals, settings.localSize);
  return out;
}

/** One array's share of each view, in turn. */
export function ofViews(values: Float32Array, settings: ViewSettings): readonly Float32Array[] {
  let at = 0;
  return voxelsOfViews(settings).map((count) => {
    at += count;
    return values.subarray(at - count, at);
  });
}

/** Voxels of each view in turn: the global ones, then the local ones. */
export function voxelsOfViews(settings: ViewSettings): readonly number[] {
  const count = (size: readonly number[]) => size.reduce((product, side) => product * side, 1);
  return [
    ...Array.from({ length: settings.globalViews }, () => count(settings.size)),
    ...Array.from({ length: settings.localViews }, () => count(settings.localSize)),
  ];
}

function drawNoise(settings: ViewSettings3D, { seed, epoch, sample }: SampleAddress): Float32Array {
  const counts = voxelsOfViews(settings);
  const noise = sharedVoxels(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  counts.forEach((count, view) => {
    const stream = new RandomStream(seed, 'views: noise', epoch, sample, view);
    stream.fillNoise(noise.subarray(at, at + count));
    at += count;
  });
  return noise;
}

function swapMaps(plan: SamplePlan<Appearance3D>, settings: ViewSettings3D): Int32Array {
  const counts = voxelsOfViews(settings);
  const swapped = viewsOf(plan).flatMap((view, index) =>
    view.appearance.swaps.length > 0 ? [{ swaps: view.appearance.swaps, index }] : [],
  );
  const length = swapped.reduce((sum, { index }) => sum + counts[index]!, 0);
  const maps = new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const { swaps, index } of swapped) {
    const size = index < settings.globalViews ? settings.size : settings.localSize;
    fillSwapMap(maps.subarray(at, at + counts[index]!), swaps, size, settings.swap.patch);
    at += counts[index]!;
  }
  return maps;
}
