import { areaMeans, type Pixels } from '@pcrl/torch/reading';
import { type Image, sharedVoxels } from './image.js';

type Shrinkable = Pick<Image, 'size' | 'spacing' | 'voxels'>;

/**
 * Shrinks a grey 2D image so that its short side is `shortSide` pixels; a smaller one stays as it is. Each
 * new pixel is the mean of the area it covers.
 */
export function shrinkGrey<T extends Shrinkable>(image: T, shortSide: number): T {
  const grid = shrunkGrid(image, shortSide);
  if (!grid) return image;
  return { ...image, ...grid, voxels: shrunkPixels(image.voxels, image.size, grid.size, 1) };
}

/** `[W, H]` and spacing after a reduction to a short side; undefined where that is none. */
export function shrunkGrid(
  { size, spacing }: Pick<Image, 'size' | 'spacing'>,
  shortSide: number,
): Pick<Image, 'size' | 'spacing'> | undefined {
  const shrink = shortSide / Math.min(...size);
  if (shrink >= 1) return undefined;
  const smaller = size.map((side) => Math.round(side * shrink));
  return {
    size: smaller,
    spacing: spacing.map((step, axis) => (step * size[axis]!) / smaller[axis]!),
  };
}

/** The means of the areas that the pixels of a smaller `[W, H]` cover, times `factor`. */
export function shrunkPixels(
  pixels: Pixels,
  size: readonly number[],
  smaller: readonly number[],
  factor: number,
): Float32Array {
  const [width, height] = size as [number, number];
  const [columns, rows] = smaller as [number, number];
  const out = sharedVoxels(columns * rows);
  areaMeans(pixels, [width, height], [columns, rows], factor, out);
  return out;
}
