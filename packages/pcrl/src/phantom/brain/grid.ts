import type { Point } from '../geometry.js';
import { type Pose, poseMatrices } from '../pose.js';

/** Voxels around a posed template: which are inside a shape, and where they lie in the template. */
export class TemplateGrid {
  /** Index of each voxel inside, `[X, Y, Z]` with z fastest. */
  readonly inside: Uint32Array;
  /** Template millimetres of each voxel inside: x, y, z, one after another. */
  readonly points: Float32Array;

  constructor(
    size: Point,
    spacing: Point,
    pose: Pose,
    distance: (x: number, y: number, z: number) => number,
  ) {
    const { toTemplate: m } = poseMatrices(pose);
    const inside: number[] = [];
    const points: number[] = [];
    let voxel = 0;
    for (let i = 0; i < size[0]; i++) {
      const wx = (i - (size[0] - 1) / 2) * spacing[0] - pose.shift[0];
      for (let j = 0; j < size[1]; j++) {
        const wy = (j - (size[1] - 1) / 2) * spacing[1] - pose.shift[1];
        for (let k = 0; k < size[2]; k++, voxel++) {
          const wz = (k - (size[2] - 1) / 2) * spacing[2] - pose.shift[2];
          const x = m[0]! * wx + m[1]! * wy + m[2]! * wz;
          const y = m[3]! * wx + m[4]! * wy + m[5]! * wz;
          const z = m[6]! * wx + m[7]! * wy + m[8]! * wz;
          if (distance(x, y, z) > 0) continue;
          inside.push(voxel);
          points.push(x, y, z);
        }
      }
    }
    this.inside = Uint32Array.from(inside);
    this.points = Float32Array.from(points);
  }

  point(n: number): Point {
    return [this.points[3 * n]!, this.points[3 * n + 1]!, this.points[3 * n + 2]!];
  }
}
