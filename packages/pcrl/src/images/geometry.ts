import { ImageError } from '../errors.js';
import type { StoredAxes } from './image.js';

/** Row-major 3 x 4 matrix from voxel indices to RAS+ millimetres. */
export type Affine = readonly number[];

/** Size and place of a volume in the canonical RAS+ axis order. */
export interface CanonicalGrid extends StoredAxes {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: readonly number[];
}

const ORDERS: readonly (readonly number[])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/**
 * Finds the axis order and flips that bring a stored volume closest to RAS+, without resampling:
 * among the six orders, the one whose direction cosines have the largest sum on the diagonal.
 *
 * @throws ImageError when the matrix is singular or not finite.
 */
export function canonicalGrid(
  path: string,
  size: readonly number[],
  affine: Affine,
): CanonicalGrid {
  const at = (row: number, column: number) => affine[row * 4 + column]!;
  const lengths = [0, 1, 2].map((axis) => Math.hypot(at(0, axis), at(1, axis), at(2, axis)));
  const cosine = (row: number, axis: number) => at(row, axis) / lengths[axis]!;
  if (!affine.every(Number.isFinite) || !(Math.abs(determinant(cosine)) > 1e-6)) {
    throw new ImageError(
      path,
      `the orientation matrix is singular or not finite (${affine.join(', ')})`,
      'Repair the orientation in the header (sform or qform; TransformMatrix for MetaImage).',
    );
  }

  const fit = (order: readonly number[]) =>
    order.reduce((sum, fileAxis, row) => sum + Math.abs(cosine(row, fileAxis)), 0);
  const fileAxes = ORDERS.reduce((best, order) => (fit(order) > fit(best) + 1e-9 ? order : best));
  const reversed = fileAxes.map((fileAxis, row) => cosine(row, fileAxis) < 0);

  const sign = (axis: number) => (reversed[axis] ? -1 : 1);
  const origin = [0, 1, 2].map((row) =>
    fileAxes.reduce(
      (sum, fileAxis, axis) => {
        return reversed[axis] ? sum + at(row, fileAxis) * (size[fileAxis]! - 1) : sum;
      },
      at(row, 3),
    ),
  );
  return {
    size: fileAxes.map((fileAxis) => size[fileAxis]!),
    spacing: fileAxes.map((fileAxis) => lengths[fileAxis]!),
    origin,
    direction: [0, 1, 2].flatMap((row) =>
      // Adding 0 turns -0 into 0.
      fileAxes.map((fileAxis, axis) => sign(axis) * cosine(row, fileAxis) + 0),
    ),
    fileAxes,
    reversed,
  };
}

/** The affine of a grid: direction times spacing, and the origin. */
export function gridAffine(grid: {
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: readonly number[];
}): Affine {
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => grid.direction[row * 3 + axis]! * grid.spacing[axis]!),
    grid.origin[row]!,
  ]);
}

/**
 * Where a world position (RAS+, millimetres) lies in a volume, in voxels along its canonical axes; the
 * first voxel's centre is at 0.
 */
export function worldToVoxel(
  grid: {
    readonly spacing: readonly number[];
    readonly origin: readonly number[];
    readonly direction: readonly number[];
  },
  position: readonly number[],
): readonly [number, number, number] {
  const affine = gridAffine(grid);
  const m = (row: number, column: number) => affine[row * 4 + column]!;
  const offset = [0, 1, 2].map((row) => position[row]! - m(row, 3));
  // Cramer's rule: column `axis` replaced by the offset.
  const voxel = (axis: number) =>
    determinant((row, column) => (column === axis ? offset[row]! : m(row, column))) /
    determinant(m);
  return [voxel(0), voxel(1), voxel(2)];
}

function determinant(m: (row: number, column: number) => number): number {
  return (
    m(0, 0) * (m(1, 1) * m(2, 2) - m(1, 2) * m(2, 1)) -
    m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0)) +
    m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0))
  );
}
