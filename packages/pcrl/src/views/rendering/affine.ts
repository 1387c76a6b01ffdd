import type { Box } from '../drawing/box.js';
import type { ViewGeometry } from '../drawing/plan.js';

/**
 * An affine map of coordinates: `offset[row] + sum over axes of matrix[row][axis] * n[axis]`. The
 * coordinates `n` of a view run from -1 to 1 along each axis, from the outer edge of its first voxel
 * to the outer edge of its last.
 */
export interface AffineMap {
  readonly matrix: readonly (readonly number[])[];
  readonly offset: readonly number[];
}

/**
 * Where in its crop a point of a view lies, both in coordinates from -1 to 1: flip, rotation and
 * scaling about the centre, in that order for volumes and with the flip last for images.
 *
 * @param size of the view; angles are meant in its voxels
 */
export function viewToCrop(geometry: ViewGeometry, size: readonly number[]): AffineMap {
  const turn = size.length === 2 ? turn2D(geometry) : turn3D(geometry);
  const matrix = turn.map((row, i) => row.map((value, j) => (value * size[j]!) / size[i]!));
  return { matrix, offset: size.map(() => 0) };
}

/**
 * For an output pixel (y, x) the pixel of the crop. A positive angle turns what is seen
 * counter-clockwise, as PIL does, and y points down.
 */
function turn2D({ degrees, flip }: ViewGeometry): number[][] {
  const [cos, sin] = cosineAndSine(degrees[0]!);
  const mirror = flip ? -1 : 1;
  return [
    [cos, sin * mirror],
    [-sin, cos * mirror],
  ];
}

/** Un-scale, un-turn (Rz Rx Ry, ITK's Euler order), mirror x. */
function turn3D({ degrees, scales, flip }: ViewGeometry): number[][] {
  const [cx, sx] = cosineAndSine(degrees[0]!);
  const [cy, sy] = cosineAndSine(degrees[1]!);
  const [cz, sz] = cosineAndSine(degrees[2]!);
  const rotation = [
    [cz * cy - sz * sx * sy, -sz * cx, cz * sy + sz * sx * cy],
    [sz * cy + cz * sx * sy, cz * cx, sz * sy - cz * sx * cy],
    [-cx * sy, sx, cx * cy],
  ];
  const mirror = flip ? -1 : 1;
  return rotation.map((row, i) =>
    row.map((value, j) => ((i === 0 ? mirror : 1) * value) / scales[j]!),
  );
}

function cosineAndSine(degrees: number): [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** Follows `map` by the step from a crop's coordinates to those of the region that holds it. */
export function cropToRegion(map: AffineMap, crop: Box, region: Box): AffineMap {
  const half = crop.size.map((side, axis) => side / region.size[axis]!);
  const centre = crop.start.map(
    (start, axis) =>
      (2 * (start - region.start[axis]!) + crop.size[axis]!) / region.size[axis]! - 1,
  );
  return {
    matrix: map.matrix.map((row, axis) => row.map((value) => value * half[axis]!)),
    offset: map.offset.map((value, axis) => value * half[axis]! + centre[axis]!),
  };
}
