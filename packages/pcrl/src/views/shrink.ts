import { shrinkGrey } from '../images/shrink.js';
import type { ViewSettings2D } from '../settings/index.js';
import { gridOf } from './drawing/voxel-grid.js';
import { isForVolumes, type ViewImage, type ViewSettings } from './prepare.js';

/**
 * Shrinks a large 2D image, once, so far that the smallest crop still has about a view's pixels: a
 * short side of 430 for views of 224 and 96 pixels. Each new pixel is the mean of the area it
 * covers. Smaller images and volumes come back as they are.
 *
 * Views are grey: a colour image that is shrunk becomes its brightness.
 */
export function shrinkForViews<T extends ViewImage>(image: T, settings: ViewSettings): T {
  return isForVolumes(settings) ? image : shrinkToShortSide(image, shortSideForViews(settings));
}

/** What a reader need not exceed: see {@link shrinkForViews}. */
export function shortSideForViews(settings: ViewSettings): number {
  return isForVolumes(settings) ? Infinity : shortSideNeeded(settings);
}

/** Shrinks a 2D image, grey or colour, so that its short side is `shortSide` pixels. */
export function shrinkToShortSide<T extends ViewImage>(image: T, shortSide: number): T {
  if (shortSide >= Math.min(...image.size)) return image;
  return shrinkGrey({ ...image, channels: 1, voxels: gridOf(image).voxels }, shortSide);
}

/** The short side at which the crop of the smallest area has as many pixels as its view. */
export function shortSideNeeded(settings: ViewSettings2D): number {
  const { size, localSize, globalScale, localScale } = settings;
  const needed = (side: readonly number[], [smallest]: readonly [number, number]) =>
    Math.max(...side) / Math.sqrt(Math.max(smallest, 0.01));
  return Math.ceil(Math.max(needed(size, globalScale), needed(localSize, localScale)));
}
