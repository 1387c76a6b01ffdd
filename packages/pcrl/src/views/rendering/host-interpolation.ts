import { type Box, endOf } from '../drawing/box.js';
import type { VoxelGrid } from '../drawing/voxel-grid.js';
import type { AffineMap } from './affine.js';
import { addRow2D, addRow3D, rowSource } from './row-interpolation.js';

/** What one view is interpolated from. */
export interface InterpolationSource {
  readonly grid: VoxelGrid;
  /** The part of the grid that may be read, in whole voxels; what lies beyond it repeats its edge. */
  readonly region: Box;
  /** The part of the region that is the view's crop. */
  readonly crop: Box;
  /** From the view's coordinates to the region's, both from -1 to 1. */
  readonly map: AffineMap;
  /** Value of what lies outside the crop. */
  readonly outside: number;
}

/**
 * Interpolates one view on the CPU, where these loops are several times as fast as libtorch's
 * `grid_sampler` on volumes and need no grid. Linear along each axis, edge voxels repeated; each
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
  const { grid, region, crop, outside } = source;
  const { base, steps } = inVoxels(source.map, size, region.size);
  const points = lattice(factors, steps);
  const addRow = size.length === 2 ? addRow2D : addRow3D;
  const rows = rowSource(grid, region.start, region.size);
  const inRegion = (value: number, axis: number) => value - region.start[axis]! - 0.5;
  const low = Float64Array.from(crop.start, inRegion);
  const high = Float64Array.from(endOf(crop), inRegion);
  const count = size.at(-1)!;
  const row = rowOf(steps);
  const first = rowOf(steps);
  const sums = new Float64Array(count);
  const run = new Int32Array(2);
  const share = 1 / points.length;
  // Rows are short: plain loops, because each call of fill() or set() costs as much as half a row.
  for (let at = 0; at < out.length; at += count) {
    setRowStart(first.start, base, steps, size, at / count);
    stretchInside(run, first, low, high, count);
    const from = run[0]!;
    const to = run[1]!;
    for (let k = from; k < to; k++) sums[k] = 0;
    for (const point of points) {
      for (let axis = 0; axis < point.length; axis++) {
        row.start[axis] = first.start[axis]! + point[axis]!;
      }
      addRow(sums, rows, row, from, to);
    }
    for (let k = 0; k < from; k++) out[at + k] = outside;
    for (let k = from; k < to; k++) out[at + k] = sums[k]! * share;
    for (let k = to; k < count; k++) out[at + k] = outside;
  }
}

/** A row of a view: its voxel k lies at `start + k * step`, in voxels of the region. */
export interface Row {
  readonly start: Float64Array;
  readonly step: Float64Array;
}

function rowOf(steps: readonly Float64Array[]): Row {
  return {
    start: new Float64Array(steps.length),
    step: Float64Array.from(steps, (s) => s.at(-1)!),
  };
}

/** Where the first voxel of a row lies; rows are counted through the view. */
function setRowStart(
  start: Float64Array,
  base: Float64Array,
  steps: readonly Float64Array[],
  size: readonly number[],
  row: number,
): void {
  const rows = size.at(-2)!;
  const inSlab = row % rows;
  const slab = size.length === 3 ? (row - inSlab) / rows : 0;
  const axis = size.length - 2;
  for (let i = 0; i < start.length; i++) {
    start[i] = base[i]! + steps[i]![0]! * slab + steps[i]![axis]! * inSlab;
  }
}

/**
 * The whole numbers k from `run[0]` to before `run[1]` whose voxels of the row lie between `low` and
 * `high` along every axis, out of 0 to before `count`. An empty run is `[count, count]`.
 */
export function stretchInside(
  run: Int32Array,
  { start, step }: Row,
  low: Float64Array,
  high: Float64Array,
  count: number,
): void {
  let from = 0;
  let to = count;
  for (let axis = 0; axis < start.length; axis++) {
    const toLow = low[axis]! - start[axis]!;
    const toHigh = high[axis]! - start[axis]!;
    const by = step[axis]!;
    if (by === 0) {
      if (toLow > 0 || toHigh < 0) to = 0;
      continue;
    }
    from = Math.max(from, Math.ceil((by > 0 ? toLow : toHigh) / by));
    to = Math.min(to, Math.floor((by > 0 ? toHigh : toLow) / by) + 1);
  }
  run[0] = from < to ? from : count;
  run[1] = from < to ? to : count;
}

/** `base[row] + sum over axes of steps[row][axis] * i[axis]`: a voxel index of the region. */
function inVoxels(map: AffineMap, from: readonly number[], to: readonly number[]) {
  const steps = map.matrix.map((row, i) =>
    Float64Array.from(row, (value, j) => (value * to[i]!) / from[j]!),
  );
  const base = Float64Array.from(map.matrix, (row, i) => {
    const first = row.reduce((sum, value, j) => sum + value * (1 / from[j]! - 1), map.offset[i]!);
    return ((first + 1) * to[i]! - 1) / 2;
  });
  return { base, steps };
}

/** Offsets of the points that a voxel is the mean of, in voxels of the region. */
function lattice(
  factors: readonly number[],
  steps: readonly Float64Array[],
): readonly Float64Array[] {
  let points: readonly (readonly number[])[] = [factors.map(() => 0)];
  factors.forEach((factor, axis) => {
    points = points.flatMap((point) =>
      Array.from({ length: factor }, (_, k) =>
        point.map((value, row) => value + steps[row]![axis]! * ((k + 0.5) / factor - 0.5)),
      ),
    );
  });
  return points.map((point) => Float64Array.from(point));
}
