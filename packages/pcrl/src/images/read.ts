import { ImageError } from '../errors.js';
import type { ReadOptions } from './format.js';
import { formatOf, imageDimensions } from './formats.js';
import type { Image, ImageHeader } from './image.js';

/**
 * Reads one image: a file, or a folder that is one image (an OME-Zarr, a DICOM series).
 *
 * Pictures have values in `[0, 1]`; volumes have the values that the file means (slope and
 * intercept applied), in canonical RAS+ axis order.
 *
 * @param options.colour `'grey'` (default) reduces RGB to luma; `'keep'` keeps three channels
 * @throws ImageError when the image is missing, empty, damaged, cut short or of another kind.
 */
export async function readImage(path: string, options: ReadOptions = {}): Promise<Image> {
  const format = await formatOf(path);
  return withinMemory(path, () => format.read(path, options));
}

/**
 * Reads what an image's header says, without its voxels; `channels` counts the colours in the file.
 *
 * @throws ImageError as {@link readImage}, for damage that the header shows.
 */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  return (await formatOf(path)).readHeader(path);
}

/**
 * 2 for pictures, 3 for volumes: by the name where it decides, else by the header.
 *
 * @throws ImageError as {@link readImageHeader}, for names that do not decide.
 */
export async function readImageDimensions(path: string): Promise<2 | 3> {
  const named = imageDimensions(path);
  if (named) return named;
  return (await readImageHeader(path)).size.length === 2 ? 2 : 3;
}

/** A size can be honest and still not fit this machine. */
async function withinMemory(path: string, read: () => Promise<Image>): Promise<Image> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ImageError(
      path,
      `too large for the memory here (${error.message})`,
      'Crop or resample it.',
      { cause: error },
    );
  }
}
