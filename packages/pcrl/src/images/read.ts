import { extname } from 'node:path';
import { ImageError } from '../errors.js';
import { type Image, type ImageHeader, imageExtensions, imageFormat } from './image.js';
import { readMetaImage, readMetaImageHeader } from './metaimage.js';
import { readNifti, readNiftiHeader } from './nifti.js';
import { readPicture, readPictureHeader } from './picture.js';

/**
 * Reads one image file.
 *
 * Pictures have values in `[0, 1]`; volumes have the values that the file means (slope and
 * intercept applied), in canonical RAS+ axis order.
 *
 * @param options.colour `'grey'` (default) reduces RGB to luma; `'keep'` keeps three channels
 * @throws ImageError when the file is missing, empty, damaged, cut short or of another kind.
 */
export async function readImage(
  path: string,
  options: { readonly colour?: 'grey' | 'keep' } = {},
): Promise<Image> {
  return withinMemory(path, () => {
    switch (formatOf(path)) {
      case 'picture':
        return readPicture(path, options.colour ?? 'grey');
      case 'nifti':
        return readNifti(path);
      case 'metaimage':
        return readMetaImage(path);
    }
  });
}

/**
 * Reads what a file's header says, without its voxels; `channels` counts the colours in the file.
 *
 * @throws ImageError as {@link readImage}, for damage that the header shows.
 */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  switch (formatOf(path)) {
    case 'picture':
      return readPictureHeader(path);
    case 'nifti':
      return readNiftiHeader(path);
    case 'metaimage':
      return readMetaImageHeader(path);
  }
}

function formatOf(path: string) {
  const format = imageFormat(path);
  if (format) return format;
  throw new ImageError(
    path,
    `files of type "${extname(path) || 'no extension'}" are not read`,
    `Images read: ${imageExtensions.join(' ')}`,
  );
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
