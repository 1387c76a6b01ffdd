/** Where the voxels of a new grid lie along one axis of the old one. */
export interface AxisSamples {
  /** For each new voxel the old one before it, and the share of the one after that. */
  readonly before: Int32Array;
  readonly share: Float32Array;
}

/** A grid along one axis: new voxel `i` lies at `first + i * step` of the old ones. */
export interface AxisGrid {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/**
 * Brings voxels to another grid with linear interpolation, axis by axis: rows of z in the old planes, then
 * rows of y, then planes of x. Beyond the outermost voxels their values go on. Nothing is smoothed before
 * a reduction, as in scipy's `zoom` of order 1.
 *
 * @param voxels `[X, Y, Z]`, z fastest
 * @returns the new voxels, z fastest
 */
export function resampleLinear(
  voxels: Float32Array,
  size: readonly number[],
  axes: readonly AxisGrid[],
): Float32Array {
  const [xs, ys, zs] = axes.map((axis, at) => samplesAlong(axis, size[at]!)) as [
    AxisSamples,
    AxisSamples,
    AxisSamples,
  ];
  const planeLength = ys.before.length * zs.before.length;
  const out = new Float32Array(xs.before.length * planeLength);
  const planes = new Planes(voxels, size, ys, zs);
  for (let x = 0; x < xs.before.length; x++) {
    const share = xs.share[x]!;
    const target = out.subarray(x * planeLength, (x + 1) * planeLength);
    const low = planes.at(xs.before[x]!);
    if (share === 0) target.set(low);
    else mix(target, low, planes.at(xs.before[x]! + 1), share);
  }
  return out;
}

/** Brings labels to another grid: each new voxel takes the value of the nearest old one. */
export function resampleNearest(
  voxels: Float32Array,
  size: readonly number[],
  axes: readonly AxisGrid[],
): Uint8Array {
  const [xs, ys, zs] = axes.map((axis, at) => nearestAlong(axis, size[at]!)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const [, height, depth] = size as [number, number, number];
  const out = new Uint8Array(xs.length * ys.length * zs.length);
  let at = 0;
  for (const x of xs) {
    for (const y of ys) {
      const row = (x * height + y) * depth;
      for (let z = 0; z < zs.length; z++) out[at++] = voxels[row + zs[z]!]!;
    }
  }
  return out;
}

/** Planes of the old volume, each brought to the new y and z; the last two are kept. */
class Planes {
  readonly #kept: { x: number; readonly plane: Float32Array }[];
  readonly #row: Float32Array;

  constructor(
    readonly voxels: Float32Array,
    readonly size: readonly number[],
    readonly ys: AxisSamples,
    readonly zs: AxisSamples,
  ) {
    const length = ys.before.length * zs.before.length;
    this.#kept = [0, 1].map(() => ({ x: -1, plane: new Float32Array(length) }));
    this.#row = new Float32Array(size[2]!);
  }

  at(x: number): Float32Array {
    const kept = this.#kept.find((one) => one.x === x);
    if (kept) return kept.plane;
    const oldest = this.#kept.reduce((a, b) => (a.x < b.x ? a : b));
    this.#fill(oldest.plane, x);
    oldest.x = x;
    return oldest.plane;
  }

  #fill(plane: Float32Array, x: number): void {
    const { voxels, ys, zs } = this;
    const [, height, depth] = this.size as [number, number, number];
    const columns = zs.before.length;
    for (let y = 0; y < ys.before.length; y++) {
      const from = (x * height + ys.before[y]!) * depth;
      const share = ys.share[y]!;
      const row = share === 0 ? voxels.subarray(from, from + depth) : this.#row;
      if (share !== 0) mixRows(row, voxels, from, from + depth, share);
      alongRow(plane, y * columns, row, zs);
    }
  }
}

function mixRows(out: Float32Array, voxels: Float32Array, a: number, b: number, share: number) {
  for (let z = 0; z < out.length; z++) {
    const low = voxels[a + z]!;
    out[z] = low + share * (voxels[b + z]! - low);
  }
}

function alongRow(out: Float32Array, at: number, row: Float32Array, zs: AxisSamples): void {
  const { before, share } = zs;
  for (let z = 0; z < before.length; z++) {
    const low = row[before[z]!]!;
    const weight = share[z]!;
    out[at + z] = weight === 0 ? low : low + weight * (row[before[z]! + 1]! - low);
  }
}

function mix(out: Float32Array, low: Float32Array, high: Float32Array, share: number): void {
  for (let i = 0; i < out.length; i++) out[i] = low[i]! + share * (high[i]! - low[i]!);
}

function samplesAlong({ first, step, count }: AxisGrid, extent: number): AxisSamples {
  const before = new Int32Array(count);
  const share = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const position = Math.min(extent - 1, Math.max(0, first + i * step));
    before[i] = Math.floor(position);
    share[i] = position - before[i]!;
  }
  return { before, share };
}

function nearestAlong({ first, step, count }: AxisGrid, extent: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(extent - 1, Math.max(0, Math.floor(first + i * step + 0.5))),
  );
}
