import { ImageError } from '../errors.js';
import type { ViewSettings3D } from '../settings/index.js';
import { sharedFloats } from './drawing/region.js';
import { isForVolumes, type ViewImage, type ViewSettings } from './prepare.js';

const LOWEST_HU = -1000;
const HIGHEST_HU = 1000;
const LOW_SHARE = 0.005;
const HIGH_SHARE = 0.995;

/** Percentiles are read off about this many voxels. */
const VOXELS_TO_SORT = 1 << 18;

/**
 * An image on the scale from 0 to 1 that views work on: CT from -1000 to 1000 HU, other volumes between
 * their percentiles 0.5 and 99.5, values beyond cut off. Pictures are on that scale already.
 *
 * A volume keeps the unit `HU` only where 0 means -1000 HU: the tissue rules rely on it.
 *
 * @throws ImageError for an image that is constant or holds values that are not finite
 */
export function onUnitScale<T extends ViewImage & { readonly path: string }>(
  image: T,
  settings: ViewSettings,
): T {
  if (!isForVolumes(settings)) return checked(image);
  const isCT = meansHounsfield(image, settings.intensity);
  const [low, high] = isCT ? [LOWEST_HU, HIGHEST_HU] : percentiles(image.voxels);
  const voxels = sharedFloats(image.voxels.length);
  const scale = 1 / (high - low);
  for (let i = 0; i < voxels.length; i++) {
    voxels[i] = Math.min(1, Math.max(0, (image.voxels[i]! - low) * scale));
  }
  return checked({ ...image, voxels, unit: isCT ? 'HU' : 'arbitrary' });
}

function meansHounsfield(image: ViewImage, rule: ViewSettings3D['intensity']): boolean {
  return rule === 'ct' || (rule === 'auto' && image.unit === 'HU');
}

/** Low and high percentile; the whole range where they are equal (much background, little else). */
function percentiles(voxels: Float32Array): [low: number, high: number] {
  const step = Math.max(1, Math.floor(voxels.length / VOXELS_TO_SORT));
  const some = new Float32Array(Math.ceil(voxels.length / step));
  for (let i = 0; i < some.length; i++) some[i] = voxels[i * step]!;
  some.sort();
  const at = (share: number) => some[Math.round(share * (some.length - 1))]!;
  const [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)];
  return low < high ? [low, high] : extremes(voxels);
}

function extremes(voxels: Float32Array): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of voxels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function checked<T extends ViewImage & { readonly path: string }>(image: T): T {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of image.voxels) {
    if (!Number.isFinite(value))
      throw new ImageError(image.path, 'it holds NaN or infinite values');
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low < high) return image;
  throw new ImageError(image.path, 'every voxel has the same value');
}
