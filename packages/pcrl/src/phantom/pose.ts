import type { Point } from './geometry.js';

/** How a template anatomy lies in the scanner: scaled, turned, shifted. */
export interface Pose {
  /** Stretch along x, y, z: the patient's build. */
  readonly scale: Point;
  /** Turns about x, y, z in radians. */
  readonly turn: Point;
  /** Shift in millimetres. */
  readonly shift: Point;
}

/**
 * The pose as matrices, row-major 3 x 3: `world = toWorld * template + shift`, and
 * `template = toTemplate * (world - shift)`.
 */
export function poseMatrices({ scale, turn }: Pose): {
  readonly toWorld: readonly number[];
  readonly toTemplate: readonly number[];
} {
  const rotation = rotationMatrix(turn);
  return {
    toWorld: rotation.map((value, i) => value * scale[(i % 3) as 0 | 1 | 2]),
    toTemplate: transposed(rotation).map(
      (value, i) => value / scale[Math.floor(i / 3) as 0 | 1 | 2],
    ),
  };
}

/** Row-major 3x3 rotation: about x, then y, then z. */
function rotationMatrix([rx, ry, rz]: Point): number[] {
  const [cx, sx, cy, sy] = [Math.cos(rx), Math.sin(rx), Math.cos(ry), Math.sin(ry)];
  const [cz, sz] = [Math.cos(rz), Math.sin(rz)];
  return [
    cz * cy,
    cz * sy * sx - sz * cx,
    cz * sy * cx + sz * sx,
    sz * cy,
    sz * sy * sx + cz * cx,
    sz * sy * cx - cz * sx,
    -sy,
    cy * sx,
    cy * cx,
  ];
}

function transposed(m: readonly number[]): number[] {
  return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => m[i]!);
}
