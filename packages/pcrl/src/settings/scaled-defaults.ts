import type { PretrainDefaults2D, PretrainDefaults3D } from './presets.js';

/**
 * The defaults for a global view of another size than the preset's. What is measured in the view's
 * pixels keeps its share of the view: local views (to the next multiple of 16) and cutout holes.
 *
 * @param size width and height of the global view, in pixels
 */
export function scaleDefaults2D(
  defaults: PretrainDefaults2D,
  size: readonly number[],
): PretrainDefaults2D {
  const { views } = defaults;
  const factors = ratios(size, views.size);
  const side = Math.sqrt(product(factors));
  return {
    ...defaults,
    views: {
      ...views,
      size,
      localSize: views.localSize.map((n, axis) => multipleOf16(n * (factors[axis] ?? 1))),
      cutout: { ...views.cutout, size: atLeastOne(views.cutout.size * side) },
    },
  };
}

/**
 * The defaults for a global view of another size than the preset's. Crop sizes, margins and swapped
 * patches change with the view axis by axis; local views stay at 16 voxels, the least that three
 * halvings leave something of.
 *
 * @param size the global view along x, y and z, in voxels
 */
export function scaleDefaults3D(
  defaults: PretrainDefaults3D,
  size: readonly number[],
): PretrainDefaults3D {
  const { views } = defaults;
  const factors = ratios(size, views.size);
  const scaled = (lengths: readonly number[]) =>
    lengths.map((n, axis) => atLeastOne(n * (factors[axis] ?? 1)));
  return {
    ...defaults,
    views: {
      ...views,
      size,
      cropSizes: views.cropSizes.map(scaled),
      localCropSizes: views.localCropSizes.map(scaled),
      margins: views.margins.map((n, axis) => Math.round(n * (factors[axis] ?? 1))),
      swap: { ...views.swap, patch: scaled(views.swap.patch) },
    },
  };
}

function ratios(size: readonly number[], official: readonly number[]): number[] {
  return size.map((n, axis) => n / (official[axis] ?? n));
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}

function atLeastOne(value: number): number {
  return Math.max(1, Math.round(value));
}

function multipleOf16(value: number): number {
  return Math.max(16, Math.round(value / 16) * 16);
}
