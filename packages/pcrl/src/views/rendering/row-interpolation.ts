import type { VoxelGrid } from '../drawing/voxel-grid.js';
import { type Row, stretchInside } from './host-interpolation.js';

// The loops of this file are what rendering on the CPU spends its time in. Their numbers come out of
// typed arrays: those of plain arrays would be checked for their kind in every turn.

/** The voxels that rows are interpolated from: a region of a grid. */
export interface RowSource {
  readonly voxels: Float32Array;
  /** The region's `[H, W]` or `[X, Y, Z]`. */
  readonly extents: Int32Array;
  /** Where the region begins in `voxels`, and how far apart its rows and slabs lie there. */
  readonly origin: number;
  readonly rowPitch: number;
  readonly slabPitch: number;
  /** Between these coordinates a point has all its neighbours. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Keeps the last index before the edge when coordinates are rounded. */
const ROUNDING = 1e-6;

/** @param start where the region of `size` voxels begins in the grid */
export function rowSource(
  grid: VoxelGrid,
  start: readonly number[],
  size: readonly number[],
): RowSource {
  const [rows, rowPitch] = grid.size.slice(-2) as [number, number];
  return {
    voxels: grid.voxels,
    extents: Int32Array.from(size),
    origin: start.reduce((index, first, axis) => index * grid.size[axis]! + first, 0),
    rowPitch,
    slabPitch: rows * rowPitch,
    low: new Float64Array(size.length),
    high: Float64Array.from(size, (extent) => extent - 1 - ROUNDING),
  };
}

const run = new Int32Array(2);

/** Where the voxels of a row have all their neighbours in the region: `run[0]` to before `run[1]`. */
function findInterior({ low, high }: RowSource, row: Row, from: number, to: number): void {
  stretchInside(run, row, low, high, to);
  run[0] = Math.max(from, run[0]!);
  run[1] = Math.max(run[0]!, run[1]!);
}

/** Adds the bilinear interpolation at voxels `from` to before `to` of a row to `sums`. */
export function addRow2D(
  sums: Float64Array,
  source: RowSource,
  row: Row,
  from: number,
  to: number,
): void {
  findInterior(source, row, from, to);
  const first = run[0]!;
  const last = run[1]!;
  addEdge2D(sums, source, row, from, first);
  addInterior2D(sums, source, row, first, last);
  addEdge2D(sums, source, row, last, to);
}

/** As {@link addRow2D}, trilinear. */
export function addRow3D(
  sums: Float64Array,
  source: RowSource,
  row: Row,
  from: number,
  to: number,
): void {
  findInterior(source, row, from, to);
  const first = run[0]!;
  const last = run[1]!;
  addEdge3D(sums, source, row, from, first);
  addInterior3D(sums, source, row, first, last);
  addEdge3D(sums, source, row, last, to);
}

function addInterior2D(
  sums: Float64Array,
  source: RowSource,
  { start, step }: Row,
  from: number,
  to: number,
): void {
  const { voxels, origin, rowPitch } = source;
  const startY = start[0]!;
  const startX = start[1]!;
  const stepY = step[0]!;
  const stepX = step[1]!;
  for (let k = from; k < to; k++) {
    const y = startY + stepY * k;
    const x = startX + stepX * k;
    const y0 = y | 0;
    const x0 = x | 0;
    const i = origin + y0 * rowPitch + x0;
    const j = i + rowPitch;
    const a = voxels[i]! + (voxels[i + 1]! - voxels[i]!) * (x - x0);
    const b = voxels[j]! + (voxels[j + 1]! - voxels[j]!) * (x - x0);
    sums[k]! += a + (b - a) * (y - y0);
  }
}

function addInterior3D(
  sums: Float64Array,
  source: RowSource,
  { start, step }: Row,
  from: number,
  to: number,
): void {
  const { voxels, origin, rowPitch, slabPitch } = source;
  const startX = start[0]!;
  const startY = start[1]!;
  const startZ = start[2]!;
  const stepX = step[0]!;
  const stepY = step[1]!;
  const stepZ = step[2]!;
  for (let k = from; k < to; k++) {
    const x = startX + stepX * k;
    const y = startY + stepY * k;
    const z = startZ + stepZ * k;
    const x0 = x | 0;
    const y0 = y | 0;
    const z0 = z | 0;
    const fy = y - y0;
    const fz = z - z0;
    const p = origin + x0 * slabPitch + y0 * rowPitch + z0;
    const q = p + rowPitch;
    const r = p + slabPitch;
    const s = r + rowPitch;
    const a = voxels[p]! + (voxels[p + 1]! - voxels[p]!) * fz;
    const b = voxels[q]! + (voxels[q + 1]! - voxels[q]!) * fz;
    const c = voxels[r]! + (voxels[r + 1]! - voxels[r]!) * fz;
    const d = voxels[s]! + (voxels[s + 1]! - voxels[s]!) * fz;
    const near = a + (b - a) * fy;
    const far = c + (d - c) * fy;
    sums[k]! += near + (far - near) * (x - x0);
  }
}

function addEdge2D(
  sums: Float64Array,
  source: RowSource,
  { start, step }: Row,
  from: number,
  to: number,
): void {
  const { extents, origin } = source;
  const height = extents[0]!;
  const width = extents[1]!;
  for (let k = from; k < to; k++) {
    const y = clamped(start[0]! + step[0]! * k, height);
    const x = clamped(start[1]! + step[1]! * k, width);
    sums[k]! += bilinear(source, origin, height, width, y, x);
  }
}

function addEdge3D(
  sums: Float64Array,
  source: RowSource,
  { start, step }: Row,
  from: number,
  to: number,
): void {
  const { extents, origin, slabPitch } = source;
  const slabs = extents[0]!;
  const height = extents[1]!;
  const width = extents[2]!;
  for (let k = from; k < to; k++) {
    const x = clamped(start[0]! + step[0]! * k, slabs);
    const y = clamped(start[1]! + step[1]! * k, height);
    const z = clamped(start[2]! + step[2]! * k, width);
    const x0 = Math.floor(x);
    const x1 = Math.min(x0 + 1, slabs - 1);
    const near = bilinear(source, origin + x0 * slabPitch, height, width, y, z);
    const far = bilinear(source, origin + x1 * slabPitch, height, width, y, z);
    sums[k]! += near + (far - near) * (x - x0);
  }
}

/** The nearest index inside the region. */
function clamped(index: number, extent: number): number {
  return Math.min(Math.max(index, 0), extent - 1);
}

/** At a coordinate inside the slab that begins at `at`; the last row and column have no neighbour. */
function bilinear(
  { voxels, rowPitch }: RowSource,
  at: number,
  height: number,
  width: number,
  y: number,
  x: number,
): number {
  const y0 = Math.floor(y);
  const x0 = Math.floor(x);
  const right = x0 < width - 1 ? 1 : 0;
  const i = at + y0 * rowPitch + x0;
  const j = y0 < height - 1 ? i + rowPitch : i;
  const a = voxels[i]! + (voxels[i + right]! - voxels[i]!) * (x - x0);
  const b = voxels[j]! + (voxels[j + right]! - voxels[j]!) * (x - x0);
  return a + (b - a) * (y - y0);
}
