import { writePng } from '../images/index.js';
import { claimOutputFile } from '../output-file.js';
import type { PretrainSettings } from '../settings/index.js';
import { drawImageViews } from './picture-2d.js';
import { drawVolumeViews } from './picture-3d.js';
import { prepareSample } from './prepare.js';
import { readForViews } from './read-for-views.js';

/** A picture of what pre-training sees of one image. */
export interface ViewsPicture {
  /** Path of the image. */
  readonly image: string;
  /** Path of the PNG to write. */
  readonly out: string;
  readonly seed: number;
  readonly epoch: number;
  /** Index of the sample whose draws are shown; 0 where it is left out. */
  readonly sample?: number;
  readonly settings: PretrainSettings;
}

/**
 * Draws the image with its crop boxes, both global views clean and as the network sees them, and the
 * local views, into one PNG.
 *
 * @throws {SettingsError} the PNG would be written over the image, or is named as if it were none
 * @throws {ImageError} the image cannot be read, or has other dimensions than the settings
 */
export async function writeViewsPicture(request: ViewsPicture): Promise<void> {
  const { out, seed, epoch, sample = 0, settings } = request;
  claimOutputFile({ path: out, endings: ['.png'], inputs: [request.image] });
  const image = await readForViews(request.image, settings.views);
  const prepared = prepareSample(image, { seed, epoch, sample }, settings.views);
  const draw = settings.dimensions === 2 ? drawImageViews : drawVolumeViews;
  await writePng(out, draw(image, prepared, settings.views));
}
