import { ImageError } from '../errors.js';
import {
  describeGrid,
  type Image,
  type ImageHeader,
  isSameGrid,
  labelsOnGrid,
  readImage,
} from '../images/index.js';
import type { Case } from './dataset.js';

/**
 * Reads a case's mask, on the grid of its image.
 *
 * @param place where its image lies
 * @throws {ImageError} it cannot be read, lies on another grid (or, where it is to be brought to that of its
 *   image, beside it), or holds more than whole numbers 0 to 255
 */
export async function readMask(item: Case, place: ImageHeader): Promise<Image> {
  const path = item.mask ?? '';
  const mask = await readLabels(path);
  const isThere =
    mask.size.length === 2 ? isSameSize(mask.size, place.size) : isSameGrid(mask, place);
  if (isThere) return mask;
  const grids = `      mask  ${describeGrid(mask)}\n      image ${describeGrid(place)}`;
  if (item.resamplesMask) return resampled(mask, place, grids);
  throw new ImageError(
    path,
    `the mask lies on another grid than its image ${item.image}:\n${grids}`,
    'Have it brought to that grid, by nearest voxels: fine-tune with --set dataset.masks=resample, or prepare with --masks resample.',
  );
}

function resampled(mask: Image, { size, spacing, origin, direction }: ImageHeader, grids: string) {
  const { voxels, inside } = labelsOnGrid(mask, { size, spacing, origin, direction });
  if (inside > 0) return { ...mask, size, spacing, origin, direction, voxels };
  throw new ImageError(
    mask.path,
    `the mask lies beside its image:\n${grids}`,
    'One of the two has a wrong origin or direction in its header, or they are of different patients.',
  );
}

/**
 * Reads an image whose values are labels.
 *
 * @throws {ImageError} it cannot be read, or holds more than whole numbers 0 to 255
 */
export async function readLabels(path: string): Promise<Image> {
  const mask = await readMaskValues(path);
  const odd = mask.voxels.find((value) => !isLabel(value));
  if (odd === undefined) return mask;
  throw new ImageError(
    path,
    `a mask holds whole numbers from 0 to 255, this one ${odd}`,
    'Save a grey image with one label a voxel.',
  );
}

/** Whether a value may stand in a mask. */
export function isLabel(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/**
 * Reads a mask, whatever its values; those of pictures as their files store them.
 *
 * @throws {ImageError} it cannot be read, or is of a kind that does not keep labels
 */
export async function readMaskValues(path: string): Promise<Image> {
  if (/\.jpe?g$/i.test(path)) {
    throw new ImageError(path, 'a JPEG does not keep the labels of a mask', 'Save it as PNG.');
  }
  const image = await readImage(path);
  return isScaled(path) ? { ...image, voxels: unscaled(image.voxels) } : image;
}

function isSameSize(a: readonly number[], b: readonly number[]): boolean {
  return a.join() === b.join();
}

/** Whether a file's values come from its reader as shares of the highest that its bits can hold. */
function isScaled(path: string): boolean {
  return /\.(png|tiff?)$/i.test(path);
}

const RANGES = [255, 65_535] as const;
/** Of single precision, at the larger range. */
const ROUNDING = 0.01;

/** What was stored in 8 bits, or else in 16. */
function unscaled(shares: Float32Array): Float32Array {
  const range = RANGES.find((highest) =>
    shares.every((share) => Math.abs(share * highest - Math.round(share * highest)) < ROUNDING),
  );
  return range === undefined ? shares : shares.map((share) => Math.round(share * range));
}
