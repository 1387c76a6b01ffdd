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

/**
 * `base[row] + sum over axes of step[row * rank + axis] * i[axis]`: a voxel index of the region. Typed
 * arrays, because the numbers of plain ones are checked for their kind each time the loops use them.
 */
interface VoxelSteps {
  readonly base: Float64Array;
  readonly step: Float64Array;
}

function inVoxels(map: AffineMap, from: readonly number[], to: readonly number[]): VoxelSteps {
  const step = map.matrix.flatMap((row, i) => row.map((value, j) => (value * to[i]!) / from[j]!));
  const base = map.matrix.map((row, i) => {
    const first = row.reduce((sum, value, j) => sum + value * (1 / from[j]! - 1), map.offset[i]!);
    return ((first + 1) * to[i]! - 1) / 2;
  });
  return { base: Float64Array.from(base), step: Float64Array.from(step) };
}

/** Offsets of the points that a voxel is the mean of, in voxels of the region, one after the other. */
function lattice(factors: readonly number[], step: Float64Array): Float64Array {
  const rank = factors.length;
  let points: readonly (readonly number[])[] = [factors.map(() => 0)];
  factors.forEach((factor, axis) => {
    points = points.flatMap((point) =>
      Array.from({ length: factor }, (_, k) =>
        point.map((value, row) => value + step[row * rank + axis]! * ((k + 0.5) / factor - 0.5)),
      ),
    );
  });
  return Float64Array.from(points.flat());
}

/** Indices between which a point lies inside the crop. */
function limits({ crop, region }: InterpolationSource): { low: Float64Array; high: Float64Array } {
  const inRegion = (value: number, axis: number) => value - region.start[axis]! - 0.5;
  return {
    low: Float64Array.from(crop.start, inRegion),
    high: Float64Array.from(endOf(crop), inRegion),
  };
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
  const { low, high } = limits(source);
  const share = 2 / points.length;
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const y = base[0]! + step[0]! * i + step[1]! * j;
      const x = base[1]! + step[2]! * i + step[3]! * j;
      if (y < low[0]! || x < low[1]! || y > high[0]! || x > high[1]!) {
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
  const { low, high } = limits(source);
  const share = 3 / points.length;
  let at = 0;
  for (let i = 0; i < slabs; i++) {
    for (let j = 0; j < rows; j++) {
      const x0 = base[0]! + step[0]! * i + step[1]! * j;
      const y0 = base[1]! + step[3]! * i + step[4]! * j;
      const z0 = base[2]! + step[6]! * i + step[7]! * j;
      for (let k = 0; k < columns; k++) {
        const x = x0 + step[2]! * k;
        const y = y0 + step[5]! * k;
        const z = z0 + step[8]! * k;
        const isBefore = x < low[0]! || y < low[1]! || z < low[2]!;
        if (isBefore || x > high[0]! || y > high[1]! || z > high[2]!) {
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
