import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { ImageError } from '../errors.js';
import { dicom } from './dicom/dicom.js';
import type { ImageFormat } from './format.js';
import { metaImage } from './metaimage/metaimage.js';
import { nifti } from './nifti/nifti.js';
import { nrrd } from './nrrd/nrrd.js';
import { omeZarr } from './ome-zarr/ome-zarr.js';
import { picture } from './picture/picture.js';
import { prepared } from './prepared/prepared.js';

/** Every format that is read. */
export const imageFormats: readonly ImageFormat[] = [
  picture,
  nifti,
  metaImage,
  nrrd,
  omeZarr,
  dicom,
  prepared,
];

/** The file name endings that are read, for messages and help. */
export const imageExtensions: readonly string[] = imageFormats.flatMap(
  (format) => format.extensions,
);

/** Whether a name ends as an image that {@link readImage} reads. */
export function isImagePath(name: string): boolean {
  return formatByName(name) !== undefined;
}

/** Whether a name ends as a DICOM file; many have no ending. */
export function isDicomName(name: string): boolean {
  return endsWithOne(name, dicom.extensions);
}

/** Whether a name ends as an image that is a folder. */
export function isImageFolder(name: string): boolean {
  return formatByName(name)?.folder ?? false;
}

/** Whether a name ends as a file that belongs to an image of another name (`.raw`, `.img`). */
export function isImageCompanion(name: string): boolean {
  return imageFormats.some((format) => endsWithOne(name, format.companions ?? []));
}

/**
 * 2 for pictures, 3 for volumes, by the name alone; undefined for other names, and where only the
 * content can tell: see `readImageDimensions`.
 */
export function imageDimensions(name: string): 2 | 3 | undefined {
  const dimensions = formatByName(name)?.dimensions;
  return dimensions === 'by content' ? undefined : dimensions;
}

/**
 * The format of a path: by its ending, or else the one that claims it.
 *
 * @throws ImageError when there is none.
 */
export async function formatOf(path: string): Promise<ImageFormat> {
  const named = formatByName(path);
  if (named) return named;
  for (const format of imageFormats) {
    if (await format.claims?.(path)) return format;
  }
  if (isImageCompanion(path)) {
    throw new ImageError(
      path,
      'holds the voxels that belong to a header file',
      'Name the header file beside it.',
    );
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new ImageError(path, 'is a folder, not an image', 'Name an image in it.');
  }
  throw new ImageError(
    path,
    `files of type "${extname(path) || 'no extension'}" are not read`,
    `Images read: ${imageExtensions.join(' ')}`,
  );
}

function formatByName(name: string): ImageFormat | undefined {
  return imageFormats.find((format) => endsWithOne(name, format.extensions));
}

function endsWithOne(name: string, endings: readonly string[]): boolean {
  const lower = basename(name).toLowerCase();
  return endings.some((ending) => lower.endsWith(ending));
}
