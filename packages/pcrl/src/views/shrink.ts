import { sharedVoxels } from '../images/image.js';
import type { ViewSettings2D } from '../settings/index.js';
import { gridOf, type VoxelGrid } from './drawing/voxel-grid.js';
import { isForVolumes, type ViewImage, type ViewSettings } from './prepare.js';

/**
 * Shrinks a large 2D image, once, so far that the smallest crop still has about a view's pixels: a
 * short side of 430 for views of 224 and 96 pixels. Each new pixel is the mean of the area it
 * covers. Smaller images and volumes come back as they are.
 *
 * Views are grey: a colour image that is shrunk becomes its brightness.
 */
export function shrinkForViews<T extends ViewImage>(image: T, settings: ViewSettings): T {
  return isForVolumes(settings) ? image : shrinkToShortSide(image, shortSideNeeded(settings));
}

/** Shrinks a 2D image so that its short side is `shortSide` pixels; a smaller one stays as it is. */
export function shrinkToShortSide<T extends ViewImage>(image: T, shortSide: number): T {
  const shrink = shortSide / Math.min(...image.size);
  if (shrink >= 1) return image;
  const size = image.size.map((side) => Math.round(side * shrink));
  const spacing = image.spacing.map((step, axis) => (step * image.size[axis]!) / size[axis]!);
  const voxels = areaAverage(gridOf(image), [size[1]!, size[0]!]);
  return { ...image, size, spacing, channels: 1, voxels };
}

/** The short side at which the crop of the smallest area has as many pixels as its view. */
export function shortSideNeeded(settings: ViewSettings2D): number {
  const { size, localSize, globalScale, localScale } = settings;
  const needed = (side: readonly number[], [smallest]: readonly [number, number]) =>
    Math.max(...side) / Math.sqrt(Math.max(smallest, 0.01));
  return Math.ceil(Math.max(needed(size, globalScale), needed(localSize, localScale)));
}

/** A smaller image: rows and columns are averaged in turn, each over the stretch a new pixel covers. */
function areaAverage(grid: VoxelGrid, size: readonly [number, number]): Float32Array {
  const [height, width] = grid.size as [number, number];
  const rows = stretches(height, size[0]);
  const columns = stretches(width, size[1]);
  const narrow = new Float32Array(width);
  const out = sharedVoxels(size[0] * size[1]);
  rows.forEach(({ first, weights }, row) => {
    narrow.fill(0);
    weights.forEach((weight, i) => {
      const line = grid.voxels.subarray((first + i) * width, (first + i + 1) * width);
      for (let x = 0; x < width; x++) narrow[x] = narrow[x]! + weight * line[x]!;
    });
    columns.forEach((column, x) => {
      let sum = 0;
      for (let i = 0; i < column.weights.length; i++) {
        sum += column.weights[i]! * narrow[column.first + i]!;
      }
      out[row * size[1] + x] = sum;
    });
  });
  return out;
}

/** What each of `count` new pixels covers of `extent` old ones: the first, and the share of each. */
function stretches(extent: number, count: number): { first: number; weights: number[] }[] {
  const length = extent / count;
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i * length, (i + 1) * length];
    const first = Math.floor(start);
    const last = Math.min(extent, Math.ceil(end - 1e-9));
    const weights = Array.from({ length: last - first }, (_, k) => {
      const covered = Math.min(end, first + k + 1) - Math.max(start, first + k);
      return covered / length;
    });
    return { first, weights };
  });
}
