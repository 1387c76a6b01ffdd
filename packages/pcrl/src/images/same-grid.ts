import type { ImageHeader } from './image.js';

/** Size and place of an image. */
type Grid = Pick<ImageHeader, 'size' | 'spacing' | 'origin' | 'direction'>;

/** Differences of the grids that a file format's rounding explains, in millimetres and cosines. */
const TOLERANCE = 1e-2;

/** Whether two images have the same size and lie at the same place. */
export function isSameGrid(a: Grid, b: Grid): boolean {
  const near = (left: readonly number[], right: readonly number[]) =>
    left.length === right.length &&
    left.every((value, i) => Math.abs(value - right[i]!) <= TOLERANCE);
  return (
    near(a.size, b.size) &&
    near(a.spacing, b.spacing) &&
    near(a.origin, b.origin) &&
    near(a.direction, b.direction)
  );
}

/** A grid in words, for messages. */
export function describeGrid({ size, spacing, origin, direction }: Grid): string {
  const list = (values: readonly number[]) =>
    values.map((value) => Number(value.toPrecision(5))).join(', ');
  return (
    `${size.join(' x ')} voxels of ${list(spacing)} mm, origin (${list(origin)}), ` +
    `axes (${list(direction)})`
  );
}
