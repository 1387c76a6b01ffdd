import { ImageError } from '../errors.js';
import { type Image, sharedVoxels } from './image.js';

/**
 * How values are brought to `[0, 1]`.
 *
 * - `'ct'`: Hounsfield units, clipped to [-1000, 1000], then (HU + 1000) / 2000 (PCRLv2's LUNA data);
 * - `'percentile'`: the 0.5 and 99.5 percentiles of the foreground become 0 and 1, values beyond
 *   them are clipped;
 * - `'auto'`: `'ct'` for unit `'HU'`, `'percentile'` for other volumes; pictures by their window where
 *   they have one (radiographs in DICOM use a small part of their 16 bits, and would be dark), else as
 *   they are (their reader scaled them by bit depth).
 */
export type Intensity = 'auto' | 'ct' | 'percentile';

/**
 * Brings an image's values to `[0, 1]`. The image itself is left as it is, unless its own voxels are
 * to take the new values: a second volume is dear where images are large.
 *
 * @throws ImageError when Hounsfield units are wanted of an image that has lost them
 */
export function scaleIntensity(
  image: Image,
  intensity: Intensity = 'auto',
  target?: Float32Array,
): Image {
  // The window is in the unit of the old values.
  const { window, ...rest } = image;
  const isPicture = intensity === 'auto' && image.size.length === 2;
  if (isPicture && !window) return image;
  if (image.unit === 'relative') return relative(image, intensity);
  const [low, high] = isPicture && window ? [window.low, window.high] : range(image, intensity);
  return { ...rest, unit: 'arbitrary', voxels: rescaled(image.voxels, low, high, target) };
}

function range({ unit, voxels }: Image, intensity: Intensity): [number, number] {
  const ct = intensity === 'ct' || (intensity === 'auto' && unit === 'HU');
  return ct ? [-1000, 1000] : robustRange(voxels);
}

/**
 * Why an image cannot be trained on, or undefined when it can: voxels that are not finite, or all
 * voxels equal.
 */
export function unusableReason(image: Image): string | undefined {
  const { voxels } = image;
  const first = voxels[0];
  let infinite = 0;
  let constant = true;
  for (let index = 0; index < voxels.length; index++) {
    const value = voxels[index]!;
    if (value - value !== 0) infinite++;
    if (value !== first) constant = false;
  }
  const { size } = image.whole ?? image;
  const count = size.reduce((product, side) => product * side, 1).toLocaleString('en');
  if (infinite > 0)
    return `${infinite.toLocaleString('en')} of ${count} voxels are NaN or infinite`;
  return constant ? `all ${count} voxels are ${first}` : undefined;
}

function relative(image: Image, intensity: Intensity): Image {
  if (intensity !== 'ct') return { ...image, unit: 'arbitrary' };
  throw new ImageError(
    image.path,
    'it was prepared between its percentiles; its Hounsfield units are lost',
    'Prepare it with --intensity ct, or train with intensity auto.',
  );
}

function rescaled(
  voxels: Float32Array,
  low: number,
  high: number,
  target: Float32Array = sharedVoxels(voxels.length),
): Float32Array {
  const factor = high > low ? 1 / (high - low) : 0;
  for (let index = 0; index < voxels.length; index++) {
    target[index] = Math.min(1, Math.max(0, (voxels[index]! - low) * factor));
  }
  return target;
}

/** Enough that 0.5 % of them are over a thousand values; sorting more costs more than reading. */
const SAMPLES = 250_000;

/**
 * The 0.5 and 99.5 percentiles of the foreground: the values above the lowest one, because padding
 * and stripped skulls fill much of a volume with exactly that value. Large volumes are sampled at
 * even distances. The full range where the percentiles
 * coincide.
 */
function robustRange(voxels: Float32Array): [number, number] {
  // An odd distance does not fall in step with the usual even slice counts.
  const stride = Math.ceil(voxels.length / SAMPLES) | 1;
  const samples = new Float32Array(Math.ceil(voxels.length / stride));
  for (let index = 0; index < samples.length; index++) samples[index] = voxels[index * stride]!;
  samples.sort();
  const lowest = samples[0]!;
  const foreground = samples.subarray(upperBound(samples, lowest));
  if (foreground.length === 0) return [lowest, lowest];
  const low = percentile(foreground, 0.005);
  const high = percentile(foreground, 0.995);
  return high > low ? [low, high] : [lowest, samples[samples.length - 1]!];
}

/** Index of the first value above `bound` in a sorted array. */
function upperBound(sorted: Float32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Percentile with linear interpolation between order statistics, as numpy's default. */
function percentile(sorted: Float32Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (position - below) * (next - sorted[below]!);
}
