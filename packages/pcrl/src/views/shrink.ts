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
  const { voxels } = grid;
  const [height, width] = grid.size as [number, number];
  const rows = stretches(height, size[0]);
  const columns = stretches(width, size[1]);
  const line = new Float32Array(width);
  const out = sharedVoxels(size[0] * size[1]);
  for (let row = 0; row < size[0]; row++) {
    line.fill(0);
    for (let tap = 0; tap < rows.taps; tap++) {
      const weight = rows.weights[row * rows.taps + tap]!;
      const from = Math.min(height - 1, rows.first[row]! + tap) * width;
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) line[x]! += weight * voxels[from + x]!;
    }
    averageLine(out, row * size[1], line, columns);
  }
  return out;
}

function averageLine(out: Float32Array, at: number, line: Float32Array, columns: Stretches): void {
  const { taps, first, weights } = columns;
  for (let column = 0; column < first.length; column++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const from = Math.min(line.length - 1, first[column]! + tap);
      sum += weights[column * taps + tap]! * line[from]!;
    }
    out[at + column] = sum;
  }
}

/** What each new pixel covers of the old ones: the first of them, and the share of `taps` from there. */
interface Stretches {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

function stretches(extent: number, count: number): Stretches {
  const length = extent / count;
  const taps = Math.ceil(length) + 1;
  const first = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let i = 0; i < count; i++) {
    const [start, end] = [i * length, (i + 1) * length];
    first[i] = Math.floor(start);
    for (let tap = 0; tap < taps; tap++) {
      const from = first[i]! + tap;
      weights[i * taps + tap] =
        Math.max(0, Math.min(end, from + 1, extent) - Math.max(start, from)) / length;
    }
  }
  return { taps, first, weights };
}
