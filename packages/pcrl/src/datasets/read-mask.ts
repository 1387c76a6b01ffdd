import { ImageError } from '../errors.js';
import {
  describeGrid,
  type Image,
  type ImageHeader,
  isSameGrid,
  readImage,
} from '../images/index.js';
import type { Case } from './dataset.js';

/**
 * Reads a case's mask.
 *
 * @param place where its image lies
 * @throws {ImageError} it cannot be read, lies on another grid, or holds more than whole numbers 0 to 255
 */
export async function readMask(item: Case, place: ImageHeader): Promise<Image> {
  const path = item.mask ?? '';
  const mask = await readImage(path);
  if (!isSameGrid(mask, place)) {
    throw new ImageError(
      path,
      `the mask lies on another grid than its image ${item.image}:\n` +
        `      mask  ${describeGrid(mask)}\n      image ${describeGrid(place)}`,
      'Resample the mask (nearest neighbour) to the grid of its image.',
    );
  }
  const odd = mask.voxels.find((value) => !Number.isInteger(value) || value < 0 || value > 255);
  if (odd !== undefined) {
    throw new ImageError(path, `a mask holds whole numbers from 0 to 255, this one ${odd}`);
  }
  return mask;
}
