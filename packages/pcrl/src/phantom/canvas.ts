import type { Box, Point, Shape, Tube } from './geometry.js';
import { type Pose, poseMatrices } from './pose.js';

/** Hounsfield units of a tissue: one value, or one that depends on the place and the distance. */
export type Tissue = number | ((x: number, y: number, z: number, distance: number) => number);

/** How a shape is painted. */
export interface Brush {
  readonly tissue: Tissue;
  /** Value written into the mask; without it the mask keeps what it had. */
  readonly label?: number;
  /** Share of the tissue at full coverage, 0 to 1. */
  readonly opacity?: number;
}

/** What vessels and ribs are painted on. */
export interface TubePainter {
  /** Paints tubes that continue each other, or a single one. */
  paintTubes(tubes: readonly Tube[], brush: Brush): void;
}

/**
 * A volume of Hounsfield units and a label mask into which shapes are painted one over another.
 *
 * Shapes are given in the template's millimetres, with the origin at the volume's centre. A voxel
 * on a surface takes the share of the tissue that fills it (partial volume).
 */
export class Canvas implements TubePainter {
  readonly voxels: Float32Array;
  readonly mask: Uint8Array;
  /** Edge length of a voxel in template millimetres, averaged over the axes. */
  readonly voxelSize: number;
  /** Whether the voxels are far from cubes. */
  private readonly uneven: boolean;
  /** No voxel whose centre is as far as this from a surface is cut by it. */
  private readonly reach: number;
  private readonly toTemplate: readonly number[];
  private readonly toWorld: readonly number[];

  /**
   * @param size voxels along x, y, z
   * @param spacing millimetres along x, y, z
   */
  constructor(
    readonly size: Point,
    readonly spacing: Point,
    private readonly pose: Pose,
    background: number,
  ) {
    const count = size[0] * size[1] * size[2];
    this.voxels = new Float32Array(count).fill(background);
    this.mask = new Uint8Array(count);
    const mean = (p: Point) => Math.cbrt(p[0] * p[1] * p[2]);
    this.voxelSize = mean(spacing) / mean(pose.scale);
    this.uneven = Math.max(...spacing) > 1.2 * Math.min(...spacing);
    this.reach = this.uneven
      ? Math.max(...spacing.map((length, axis) => length / pose.scale[axis as 0 | 1 | 2]))
      : 0.5 * this.voxelSize;
    const { toWorld, toTemplate } = poseMatrices(pose);
    this.toWorld = toWorld;
    this.toTemplate = toTemplate;
  }

  paint(shape: Shape, brush: Brush): void {
    const { tissue, label, opacity = 1 } = brush;
    const { voxels, mask, spacing, pose, toTemplate: m, voxelSize } = this;
    const [, sizeY, sizeZ] = this.size;
    const { uneven, reach } = this;
    const range = this.voxelRange(shape.box);
    const [shiftX, shiftY, shiftZ] = pose.shift;
    const centre = this.size.map((n) => (n - 1) / 2);
    const constant = typeof tissue === 'number' ? tissue : 0;
    const varying = typeof tissue === 'number' ? undefined : tissue;
    for (let i = range.min[0]; i <= range.max[0]; i++) {
      const wx = (i - centre[0]!) * spacing[0] - shiftX;
      for (let j = range.min[1]; j <= range.max[1]; j++) {
        const wy = (j - centre[1]!) * spacing[1] - shiftY;
        for (let k = range.min[2]; k <= range.max[2]; k++) {
          const wz = (k - centre[2]!) * spacing[2] - shiftZ;
          const x = m[0]! * wx + m[1]! * wy + m[2]! * wz;
          const y = m[3]! * wx + m[4]! * wy + m[5]! * wz;
          const z = m[6]! * wx + m[7]! * wy + m[8]! * wz;
          const distance = shape.distance(x, y, z);
          const far = Math.abs(distance) >= reach;
          if (far && distance > 0) continue;
          const edge = far || !uneven ? voxelSize : this.edgeWidth(shape, x, y, z, distance);
          const coverage = 0.5 - distance / edge;
          if (coverage <= 0) continue;
          const share = Math.min(1, coverage) * opacity;
          const value = varying === undefined ? constant : varying(x, y, z, distance);
          const at = (i * sizeY + j) * sizeZ + k;
          voxels[at] = voxels[at]! * (1 - share) + value * share;
          if (label !== undefined && share > 0.5) mask[at] = label;
        }
      }
    }
  }

  /**
   * Paints tubes thinner or thicker than a voxel. A thin one is made fainter, so that its
   * cross-section keeps its area: the painted profile of radius r = u voxels is a cone of volume
   * pi (u + 1/2)^3 / 3, the true one is pi u^2.
   */
  paintTubes(tubes: readonly Tube[], brush: Brush): void {
    for (const tube of tubes) {
      const u = tube.fromRadius / this.voxelSize;
      const opacity = u >= 1 ? 1 : Math.min(1, (3 * u * u) / (u + 0.5) ** 3);
      this.paint(tube, { ...brush, opacity });
    }
  }

  /** Where a template point lies in the scanner: millimetres from the volume's centre. */
  world(p: Point): Point {
    const m = this.toWorld;
    const row = (r: number) => m[r]! * p[0] + m[r + 1]! * p[1] + m[r + 2]! * p[2];
    const { shift } = this.pose;
    return [row(0) + shift[0], row(3) + shift[1], row(6) + shift[2]];
  }

  /** Where a template point lies in the volume: voxel coordinates, not rounded. */
  voxel(p: Point): Point {
    const world = this.world(p);
    const at = (axis: 0 | 1 | 2) => world[axis] / this.spacing[axis] + (this.size[axis] - 1) / 2;
    return [at(0), at(1), at(2)];
  }

  /** How much the distance changes from one side of a voxel to the other: thick voxels blur more. */
  private edgeWidth(shape: Shape, x: number, y: number, z: number, distance: number): number {
    const { spacing, toTemplate: m } = this;
    let squared = 0;
    for (const axis of [0, 1, 2] as const) {
      const step = 0.5 * spacing[axis];
      const there = shape.distance(
        x + m[axis]! * step,
        y + m[axis + 3]! * step,
        z + m[axis + 6]! * step,
      );
      squared += (there - distance) ** 2;
    }
    return Math.max(0.25 * this.voxelSize, 2 * Math.sqrt(squared));
  }

  private voxelRange(box: Box): Box {
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let corner = 0; corner < 8; corner++) {
      const at = this.world([
        (corner & 1 ? box.max : box.min)[0],
        (corner & 2 ? box.max : box.min)[1],
        (corner & 4 ? box.max : box.min)[2],
      ]);
      for (const axis of [0, 1, 2] as const) {
        const voxel = at[axis] / this.spacing[axis] + (this.size[axis] - 1) / 2;
        low[axis] = Math.min(low[axis]!, Math.floor(voxel) - 1);
        high[axis] = Math.max(high[axis]!, Math.ceil(voxel) + 1);
      }
    }
    const inside = (value: number, axis: 0 | 1 | 2) =>
      Math.min(this.size[axis] - 1, Math.max(0, value));
    return {
      min: [inside(low[0]!, 0), inside(low[1]!, 1), inside(low[2]!, 2)],
      max: [inside(high[0]!, 0), inside(high[1]!, 1), inside(high[2]!, 2)],
    };
  }
}
