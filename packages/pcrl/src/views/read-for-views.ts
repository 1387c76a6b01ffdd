import { ImageError } from '../errors.js';
import { readImage } from '../images/read.js';
import { onUnitScale } from './intensity.js';
import type { ViewImage, ViewSettings } from './prepare.js';
import { shortSideForViews, shrinkForViews } from './shrink.js';

/**
 * Reads an image as the views of a run are drawn from it: on the scale from 0 to 1, a picture no larger
 * than the views need.
 *
 * @throws {ImageError} it cannot be read, is of the other dimension, constant, or not finite
 */
export async function readForViews(path: string, views: ViewSettings): Promise<ViewImage> {
  const image = await readImage(path, { shortSide: shortSideForViews(views) });
  const [found, wanted] = [image.size.length, views.size.length];
  if (found !== wanted) {
    throw new ImageError(
      path,
      `it is ${found}D; the settings are for ${wanted}D`,
      `Set dimensions to ${found}.`,
    );
  }
  return shrinkForViews(onUnitScale(image, views), views);
}
