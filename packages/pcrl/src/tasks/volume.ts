import type { Case } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import { type Image, readImage, scaleIntensity, unusableReason } from '../images/index.js';
import type { ClassificationSettings } from '../settings/index.js';
import { type Box, intersection } from '../views/drawing/box.js';
import { cutRegion } from '../views/drawing/region.js';
import { lowestInBox, type VoxelGrid, wholeBox } from '../views/drawing/voxel-grid.js';
import { resample } from '../views/rendering/resample.js';

/** How volumes are brought to the grid and the scale of pre-training. */
export type VolumeSettings = Pick<ClassificationSettings['views'], 'spacing' | 'intensity'>;

/** Where a volume lies: everything about it but its voxels. */
export type VolumePlace = Omit<Image, 'voxels' | 'unit'>;

/** A volume on the scale from 0 to 1, at the spacing of the run. */
export interface Volume extends VoxelGrid {
  /** As the file has it. */
  readonly place: VolumePlace;
}

/** Points may lie two voxels apart without missing one. */
const SPREAD = 2;
/** A crop of one value has no deviation. */
const TINY_DEVIATION = 1e-6;

/**
 * Reads a volume as pre-training does.
 *
 * @throws {ImageError} it cannot be read, is constant or holds values that are not finite
 */
export async function readVolume(path: string, settings: VolumeSettings): Promise<Volume> {
  const image = await readImage(path);
  const reason = unusableReason(image);
  if (reason) throw new ImageError(path, reason);
  const { voxels, unit: _, ...place } = scaled(image, settings.intensity);
  const size = sizeAtSpacing(place, settings.spacing);
  return { place, size, voxels: resized({ size: image.size, voxels }, size) };
}

function scaled(image: Image, intensity: VolumeSettings['intensity']): Image {
  if (intensity === 'full-range') return between(image, extremesOf(image.voxels));
  if (typeof intensity === 'string') return scaleIntensity(image, intensity, image.voxels);
  if (image.unit !== 'relative') return between(image, intensity);
  throw new ImageError(
    image.path,
    'it was prepared between its percentiles; its Hounsfield units are lost',
    'Prepare it with --intensity ct, or train with views.intensity=auto.',
  );
}

function between(image: Image, [low, high]: readonly [number, number]): Image {
  const inRange = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  const { voxels } = image;
  for (let i = 0; i < voxels.length; i++) voxels[i] = inRange(voxels[i]!);
  return { ...image, unit: 'arbitrary' };
}

function extremesOf(voxels: Float32Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * Reads all channels of a case.
 *
 * @throws {ImageError} as {@link readVolume}, or channels differ in size
 */
export async function readChannels(
  { image, channels = [image] }: Case,
  settings: VolumeSettings,
): Promise<readonly Volume[]> {
  const volumes = await Promise.all(channels.map((path) => readVolume(path, settings)));
  const first = volumes[0]!;
  volumes.forEach(({ size }, at) => {
    if (sameSize(size, first.size)) return;
    throw new ImageError(
      channels[at]!,
      `${size.join(' x ')} voxels, where the case's first channel has ${first.size.join(' x ')}`,
      'Resample the channels of a case to one grid.',
    );
  });
  return volumes;
}

/** The size of a volume at another spacing. */
export function sizeAtSpacing(
  { size, spacing }: Pick<VolumePlace, 'size' | 'spacing'>,
  wanted: VolumeSettings['spacing'],
): readonly number[] {
  if (wanted === 'native') return size;
  const along = (axis: number) => (typeof wanted === 'number' ? wanted : wanted[axis]!);
  return size.map((side, axis) => Math.max(1, Math.round((side * spacing[axis]!) / along(axis))));
}

/** A volume's voxels with their own spacing, not that of the file. */
export function withSpacing({ size, place, voxels }: Volume) {
  const spacing = size.map((side, axis) => (place.size[axis]! * place.spacing[axis]!) / side);
  return { size, spacing, voxels };
}

/** Whether two sizes are the same. */
export function sameSize(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

function resized(grid: VoxelGrid, size: readonly number[]): Float32Array {
  if (sameSize(grid.size, size)) return grid.voxels;
  const box = wholeBox(grid);
  const whole = { box, flip: false, degrees: [0, 0, 0], scales: [1, 1, 1], outside: 0 };
  const item = { sample: { region: box, voxels: grid.voxels }, views: [whole] };
  const resampled = resample([item], size, SPREAD, 'cpu');
  const voxels = resampled.data() as Float32Array;
  resampled.dispose();
  return voxels;
}

/** Each voxel of the new grid takes the value of the nearest one: for labels. */
export function nearestResized(grid: VoxelGrid, size: readonly number[]): Float32Array {
  if (sameSize(grid.size, size)) return grid.voxels;
  const [xs, ys, zs] = size.map((side, axis) =>
    Int32Array.from({ length: side }, (_, i) => Math.floor(((i + 0.5) * grid.size[axis]!) / side)),
  ) as [Int32Array, Int32Array, Int32Array];
  const out = new Float32Array(xs.length * ys.length * zs.length);
  let at = 0;
  for (const x of xs) {
    for (const y of ys) {
      const row = (x * grid.size[1]! + y) * grid.size[2]!;
      for (let k = 0; k < zs.length; k++) out[at++] = grid.voxels[row + zs[k]!]!;
    }
  }
  return out;
}

/**
 * Cuts out a box, minus its mean and over its standard deviation, as inputs are in pre-training. Where
 * the box reaches beyond the volume it holds the lowest value inside; padding does not count.
 *
 * @param out gets the crop, where memory is to be used again
 */
export function normalisedCrop(volume: VoxelGrid, box: Box, out?: Float32Array): Float32Array {
  const inside = intersection(box, wholeBox(volume));
  const isPadded = !sameSize(inside.size, box.size);
  const crop = cutRegion(volume, box, isPadded ? lowestInBox(volume, inside) : 0, out);
  const { mean, deviation } = moments(isPadded ? cutRegion(volume, inside, 0) : crop);
  for (let i = 0; i < crop.length; i++) crop[i] = (crop[i]! - mean) / deviation;
  return crop;
}

function moments(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
  return { mean, deviation: Math.max(TINY_DEVIATION, deviation) };
}
