import type { ImageHeader } from '../images/index.js';
import type { AxisGrid } from './resample.js';

/** First and last voxel that is kept, per axis. */
export type KeptRange = readonly (readonly [first: number, last: number])[];

/**
 * -500 HU on the scale from -1000 HU = 0 to 1000 HU = 1: outside of a body there is air, and inside there
 * is always something denser around it.
 */
const OUTSIDE_HU = 0.25;

/** Other volumes are cut only where they hold nothing but their lowest values. */
const OUTSIDE_RELATIVE = 0;

/** What counts as air outside a body: values up to this, on the scale from 0 to 1. */
export function airThreshold(unit: 'HU' | 'relative'): number {
  return unit === 'HU' ? OUTSIDE_HU : OUTSIDE_RELATIVE;
}

/** The smallest range around all voxels above a threshold; undefined where there is none. */
export function rangeAbove(
  voxels: Float32Array,
  size: readonly number[],
  threshold: number,
): KeptRange | undefined {
  const [planes, height, depth] = size as [number, number, number];
  const low = [planes, height, depth];
  const high = [-1, -1, -1];
  for (let x = 0; x < planes; x++) {
    for (let y = 0; y < height; y++) {
      const row = (x * height + y) * depth;
      let first = 0;
      while (first < depth && voxels[row + first]! <= threshold) first++;
      if (first === depth) continue;
      let last = depth - 1;
      while (voxels[row + last]! <= threshold) last--;
      [x, y, first].forEach((at, axis) => {
        low[axis] = Math.min(low[axis]!, at);
      });
      [x, y, last].forEach((at, axis) => {
        high[axis] = Math.max(high[axis]!, at);
      });
    }
  }
  return high[0]! < 0 ? undefined : low.map((first, axis) => [first, high[axis]!] as const);
}

/** The smallest range around several. */
export function rangeAround(ranges: readonly KeptRange[], size: readonly number[]): KeptRange {
  if (ranges.length === 0) return size.map((side) => [0, side - 1] as const);
  return size.map((_, axis) => [
    Math.min(...ranges.map((range) => range[axis]![0])),
    Math.max(...ranges.map((range) => range[axis]![1])),
  ]);
}

/**
 * The new grid: voxels of `spacing` that lie centred on the volume, as many as fit its extent when rounded,
 * less those that hold nothing of the kept range.
 */
export function keptGrid(
  { size, spacing }: Pick<ImageHeader, 'size' | 'spacing'>,
  wanted: number | 'native',
  kept: KeptRange,
): AxisGrid[] {
  return size.map((side, axis) => {
    const step = wanted === 'native' ? 1 : wanted / spacing[axis]!;
    const count = Math.max(1, Math.round(side / step));
    const margin = (side - count * step) / 2;
    const [first, last] = kept[axis]!;
    const from = Math.min(count - 1, Math.max(0, Math.floor((first - margin) / step)));
    const to = Math.max(from + 1, Math.min(count, Math.ceil((last + 1 - margin) / step)));
    return { first: margin + (from + 0.5) * step - 0.5, step, count: to - from };
  });
}

/** Where the new grid lies in the patient. */
export function placeOf(header: ImageHeader, grid: readonly AxisGrid[]) {
  const { spacing, origin, direction } = header;
  const shift = grid.map(({ first }, axis) => first * spacing[axis]!);
  return {
    size: grid.map(({ count }) => count),
    spacing: grid.map(({ step }, axis) => step * spacing[axis]!),
    origin: origin.map(
      (value, row) =>
        value + shift.reduce((sum, step, axis) => sum + direction[row * 3 + axis]! * step, 0),
    ),
    direction,
  };
}

/** The new grid as a box of old voxels, voxel `i` covering `[i, i + 1)`. */
export function boxOf(grid: readonly AxisGrid[]) {
  return {
    start: grid.map(({ first, step }) => first + 0.5 - step / 2),
    size: grid.map(({ step, count }) => step * count),
  };
}
