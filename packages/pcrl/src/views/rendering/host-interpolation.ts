import { type Box, endOf } from '../drawing/box.js';
import type { AffineMap } from './affine.js';

/** What one view is interpolated from. */
export interface InterpolationSource {
  /** The voxels that were cut out, the last axis fastest. */
  readonly voxels: Float32Array;
  /** Where they lie in the image. */
  readonly region: Box;
  /** The part of them that is the view's crop. */
  readonly crop: Box;
  /** From the view's coordinates to the region's, both from -1 to 1. */
  readonly map: AffineMap;
  /** Value of what lies outside the crop. */
  readonly outside: number;
}

/**
 * Interpolates one view on the CPU, where this loop is four times as fast as libtorch's
 * `grid_sampler` on volumes and needs no grid. Linear along each axis, edge voxels repeated; each
 * voxel is the mean over a lattice of `factors` points inside it.
 *
 * @param out receives the view
 * @param size of the view, `[H, W]` or `[X, Y, Z]`
 */
export function interpolateOnHost(
  out: Float32Array,
  source: InterpolationSource,
  size: readonly number[],
  factors: readonly number[],
): void {
  const steps = inVoxels(source.map, size, source.region.size);
  const points = lattice(factors, steps.step);
  if (size.length === 2) interpolate2D(out, source, size, steps, points);
  else interpolate3D(out, source, size, steps, points);
}

/** `base + sum over axes of step[row][axis] * i[axis]`: a voxel index of the region. */
interface VoxelSteps {
  readonly base: readonly number[];
  readonly step: readonly (readonly number[])[];
}

function inVoxels(map: AffineMap, from: readonly number[], to: readonly number[]): VoxelSteps {
  const step = map.matrix.map((row, i) => row.map((value, j) => (value * to[i]!) / from[j]!));
  const base = map.matrix.map((row, i) => {
    const first = row.reduce((sum, value, j) => sum + value * (1 / from[j]! - 1), map.offset[i]!);
    return ((first + 1) * to[i]! - 1) / 2;
  });
  return { base, step };
}

/** Offsets of the points that a voxel is the mean of, in voxels of the region, one after the other. */
function lattice(factors: readonly number[], step: VoxelSteps['step']): Float64Array {
  let points: readonly (readonly number[])[] = [step.map(() => 0)];
  factors.forEach((factor, axis) => {
    points = points.flatMap((point) =>
      Array.from({ length: factor }, (_, k) =>
        point.map((value, row) => value + step[row]![axis]! * ((k + 0.5) / factor - 0.5)),
      ),
    );
  });
  return Float64Array.from(points.flat());
}

/** Indices between which a point lies inside the crop. */
function limits({ crop, region }: InterpolationSource): { low: number[]; high: number[] } {
  const inRegion = (value: number, axis: number) => value - region.start[axis]! - 0.5;
  return { low: crop.start.map(inRegion), high: endOf(crop).map(inRegion) };
}

function interpolate2D(
  out: Float32Array,
  source: InterpolationSource,
  size: readonly number[],
  { base, step }: VoxelSteps,
  points: Float64Array,
): void {
  const { voxels, outside } = source;
  const [rows, columns] = size as [number, number];
  const [height, width] = source.region.size as [number, number];
  const [[yy, yx], [xy, xx]] = step as [[number, number], [number, number]];
  const { low, high } = limits(source);
  const [lowY, lowX] = low as [number, number];
  const [highY, highX] = high as [number, number];
  const [startY, startX] = base as [number, number];
  const share = 2 / points.length;
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const y = startY + yy * i + yx * j;
      const x = startX + xy * i + xx * j;
      if (y < lowY || x < lowX || y > highY || x > highX) {
        out[at++] = outside;
        continue;
      }
      let sum = 0;
      for (let p = 0; p < points.length; p += 2) {
        sum += bilinear(voxels, height, width, y + points[p]!, x + points[p + 1]!);
      }
      out[at++] = sum * share;
    }
  }
}

function interpolate3D(
  out: Float32Array,
  source: InterpolationSource,
  size: readonly number[],
  { base, step }: VoxelSteps,
  points: Float64Array,
): void {
  const { voxels, outside } = source;
  const [slabs, rows, columns] = size as [number, number, number];
  const [X, Y, Z] = source.region.size as [number, number, number];
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = step as [Triple, Triple, Triple];
  const { low, high } = limits(source);
  const [lowX, lowY, lowZ] = low as [number, number, number];
  const [highX, highY, highZ] = high as [number, number, number];
  const share = 3 / points.length;
  let at = 0;
  for (let i = 0; i < slabs; i++) {
    for (let j = 0; j < rows; j++) {
      const x0 = base[0]! + xx * i + xy * j;
      const y0 = base[1]! + yx * i + yy * j;
      const z0 = base[2]! + zx * i + zy * j;
      for (let k = 0; k < columns; k++) {
        const x = x0 + xz * k;
        const y = y0 + yz * k;
        const z = z0 + zz * k;
        if (x < lowX || y < lowY || z < lowZ || x > highX || y > highY || z > highZ) {
          out[at++] = outside;
          continue;
        }
        let sum = 0;
        for (let p = 0; p < points.length; p += 3) {
          sum += trilinear(voxels, X, Y, Z, x + points[p]!, y + points[p + 1]!, z + points[p + 2]!);
        }
        out[at++] = sum * share;
      }
    }
  }
}

type Triple = [number, number, number];

/** The nearest index inside the region. */
function clamped(index: number, extent: number): number {
  return Math.min(Math.max(index, 0), extent - 1);
}

function bilinear(
  voxels: Float32Array,
  height: number,
  width: number,
  y: number,
  x: number,
): number {
  const y0 = y | 0;
  const x0 = x | 0;
  if (y < 0 || x < 0 || y0 >= height - 1 || x0 >= width - 1) {
    return bilinearAtEdge(voxels, height, width, clamped(y, height), clamped(x, width));
  }
  const fx = x - x0;
  const p = y0 * width + x0;
  const q = p + width;
  const a = voxels[p]! + (voxels[p + 1]! - voxels[p]!) * fx;
  const b = voxels[q]! + (voxels[q + 1]! - voxels[q]!) * fx;
  return a + (b - a) * (y - y0);
}

/** The last row and column have no neighbour to read. */
function bilinearAtEdge(
  voxels: Float32Array,
  height: number,
  width: number,
  y: number,
  x: number,
): number {
  const y0 = Math.floor(y);
  const x0 = Math.floor(x);
  const right = x0 < width - 1 ? 1 : 0;
  const p = y0 * width + x0;
  const q = y0 < height - 1 ? p + width : p;
  const a = voxels[p]! + (voxels[p + right]! - voxels[p]!) * (x - x0);
  const b = voxels[q]! + (voxels[q + right]! - voxels[q]!) * (x - x0);
  return a + (b - a) * (y - y0);
}

function trilinear(
  voxels: Float32Array,
  X: number,
  Y: number,
  Z: number,
  x: number,
  y: number,
  z: number,
): number {
  const x0 = x | 0;
  const y0 = y | 0;
  const z0 = z | 0;
  if (x < 0 || y < 0 || z < 0 || x0 >= X - 1 || y0 >= Y - 1 || z0 >= Z - 1) {
    return trilinearAtEdge(voxels, X, Y, Z, clamped(x, X), clamped(y, Y), clamped(z, Z));
  }
  const fy = y - y0;
  const fz = z - z0;
  const p = (x0 * Y + y0) * Z + z0;
  const q = p + Z;
  const r = p + Y * Z;
  const s = r + Z;
  const a = voxels[p]! + (voxels[p + 1]! - voxels[p]!) * fz;
  const b = voxels[q]! + (voxels[q + 1]! - voxels[q]!) * fz;
  const c = voxels[r]! + (voxels[r + 1]! - voxels[r]!) * fz;
  const d = voxels[s]! + (voxels[s + 1]! - voxels[s]!) * fz;
  const near = a + (b - a) * fy;
  const far = c + (d - c) * fy;
  return near + (far - near) * (x - x0);
}

function trilinearAtEdge(
  voxels: Float32Array,
  X: number,
  Y: number,
  Z: number,
  x: number,
  y: number,
  z: number,
): number {
  const x0 = Math.floor(x);
  const near = voxels.subarray(x0 * Y * Z, (x0 + 1) * Y * Z);
  const a = bilinearAtEdge(near, Y, Z, y, z);
  if (x0 >= X - 1) return a;
  const far = voxels.subarray((x0 + 1) * Y * Z, (x0 + 2) * Y * Z);
  return a + (bilinearAtEdge(far, Y, Z, y, z) - a) * (x - x0);
}
