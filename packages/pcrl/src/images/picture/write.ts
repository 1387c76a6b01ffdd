import { ImageError } from '../../errors.js';
import { writeWhole } from '../write-whole.js';
import { loadSharp } from './load-sharp.js';

/**
 * Writes an 8-bit PNG, for figures: `[H, W]` grey or `[H, W, 3]` RGB values, x fastest.
 *
 * @throws ImageError when `pixels` is neither `width * height` nor three times that long.
 */
export async function writePng(
  path: string,
  picture: { width: number; height: number; pixels: Uint8Array | Uint8ClampedArray },
): Promise<void> {
  const { width, height, pixels } = picture;
  const channels = pixels.length / (width * height);
  if (channels !== 1 && channels !== 3) {
    throw new ImageError(
      path,
      `cannot write ${pixels.length} values as a picture of ${width} x ${height}`,
      'Give one value a pixel for grey, or three for RGB.',
    );
  }
  const sharp = await loadSharp();
  const png = sharp(pixels, { raw: { width, height, channels } }).png();
  await writeWhole(path, await (channels === 1 ? png.toColourspace('b-w') : png).toBuffer());
}
