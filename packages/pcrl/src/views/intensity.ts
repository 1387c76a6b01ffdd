import { ImageError } from '../errors.js';
import { type Image, scaleIntensity, unusableReason } from '../images/index.js';
import { isForVolumes, type ViewSettings } from './prepare.js';

/**
 * An image on the scale from 0 to 1 that views work on. A volume keeps the unit `HU` where 0 means
 * -1000 HU and 1 means 1000 HU: the tissue rules rely on it.
 *
 * @throws {ImageError} the image is constant or holds values that are not finite
 */
export function onUnitScale(image: Image, settings: ViewSettings): Image {
  const reason = unusableReason(image);
  if (reason) throw new ImageError(image.path, reason);
  const intensity = isForVolumes(settings) ? settings.intensity : 'auto';
  const isCT = intensity === 'ct' || (intensity === 'auto' && image.unit === 'HU');
  return { ...scaleIntensity(image, intensity), unit: isCT ? 'HU' : 'arbitrary' };
}
