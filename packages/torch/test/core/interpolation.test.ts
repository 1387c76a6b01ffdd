import { type InterpolatedView, interpolateView } from '@pcrl/torch/reading';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

type Numbers = readonly number[];

/** Every lattice point of a box, the last axis fastest. */
function indices(size: Numbers): number[][] {
  return size.reduce<number[][]>(
    (all, side) => all.flatMap((at) => Array.from({ length: side }, (_, k) => [...at, k])),
    [[]],
  );
}

/** The value at a coordinate of the region: linear along each axis, the edge repeated. */
function valueAt({ voxels, grid, start, extents }: InterpolatedView, at: Numbers): number {
  const inside = at.map((value, axis) => Math.min(Math.max(value, 0), extents[axis]! - 1));
  return indices(at.map(() => 2)).reduce((sum, corner) => {
    let weight = 1;
    let index = 0;
    inside.forEach((value, axis) => {
      const low = Math.floor(value);
      weight *= corner[axis] === 1 ? value - low : 1 - value + low;
      const neighbour = Math.min(low + corner[axis]!, extents[axis]! - 1);
      index = index * grid[axis]! + start[axis]! + neighbour;
    });
    return sum + weight * voxels[index]!;
  }, 0);
}

/** The view by its definition; NaN where the last bits decide whether a voxel is outside. */
function byDefinition(view: InterpolatedView): number[] {
  const axes = view.size.length;
  const points = Array.from({ length: view.points.length / axes }, (_, point) => [
    ...view.points.subarray(point * axes, (point + 1) * axes),
  ]);
  return indices([...view.size]).map((k) => {
    const at = [...view.base].map((base, i) =>
      k.reduce((sum, step, j) => sum + view.steps[i * axes + j]! * step, base),
    );
    const margins = at.flatMap((value, i) => [value - view.low[i]!, view.high[i]! - value]);
    const least = Math.min(...margins);
    if (Math.abs(least) < 1e-9) return Number.NaN;
    if (least < 0) return view.outside;
    const values = points.map((point) =>
      valueAt(
        view,
        at.map((value, i) => value + point[i]!),
      ),
    );
    return values.reduce((sum, value) => sum + value, 0) / points.length;
  });
}

const number = (largest: number) =>
  fc.double({ min: -largest, max: largest, noNaN: true }).map((value) => value);
const anyView: fc.Arbitrary<InterpolatedView> = fc.constantFrom(2, 3).chain((axes) => {
  const numbers = (each: fc.Arbitrary<number>, length: number = axes) =>
    fc
      .array(each, { minLength: length, maxLength: length })
      .map((values) => Float64Array.from(values));
  const side = fc.integer({ min: 1, max: 7 });
  const step = fc.oneof(fc.constant(0), number(2), number(1e6));
  const parts = {
    size: numbers(side),
    before: numbers(side),
    extents: numbers(side),
    after: numbers(side),
  };
  return fc
    .record({
      ...parts,
      base: numbers(number(9)),
      steps: numbers(step, axes * axes),
      points: fc.integer({ min: 1, max: 4 }).chain((count) => numbers(number(1.5), axes * count)),
      low: numbers(number(9)),
      wide: numbers(fc.double({ min: 0, max: 20, noNaN: true })),
      seed: fc.integer({ min: 1, max: 1000 }),
    })
    .map(({ before, after, wide, seed, ...rest }) => {
      const grid = rest.extents.map((extent, i) => before[i]! + extent + after[i]!);
      const count = grid.reduce((product, extent) => product * extent, 1);
      return {
        ...rest,
        grid,
        start: before,
        high: rest.low.map((low, i) => low + wide[i]!),
        voxels: Float32Array.from({ length: count }, (_, i) => ((i * seed) % 17) - 8),
        outside: 100,
      };
    });
});

const cut = (view: InterpolatedView) => {
  const out = new Float32Array(view.size.reduce((product, side) => product * side, 1));
  interpolateView(out, view);
  return out;
};

test('a view is cut as its definition says, wherever it lies', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const ours = cut(view);
      byDefinition(view).forEach((value, index) => {
        if (!Number.isNaN(value)) expect(ours[index]).toBeCloseTo(value, 4);
      });
    }),
    { numRuns: 2000 },
  );
});

test('rows longer than any register give what their voxels give alone', () => {
  const pair = (y: number, x: number) => Float64Array.of(y, x);
  const voxels = Float32Array.from({ length: 60 * 60 }, (_, i) => Math.sin(i * i));
  const view = {
    size: pair(1, 53),
    voxels,
    grid: pair(60, 60),
    start: pair(2, 3),
    extents: pair(50, 52),
    base: pair(-1.3, -2.1),
    steps: Float64Array.of(1, 0.37, 0, 1.09),
    points: Float64Array.of(-0.2, 0.1, 0.3, 0.15),
    low: pair(-9, -9),
    high: pair(99, 99),
    outside: 0,
  };
  const alone = Array.from({ length: 53 }, (_, k) => {
    const base = pair(-1.3 + 0.37 * k, -2.1 + 1.09 * k);
    return cut({ ...view, size: pair(1, 1), base })[0]!;
  });
  cut(view).forEach((value, k) => {
    expect(value).toBeCloseTo(alone[k]!, 5);
  });
});

test('a region outside its grid, or a number that is none, is refused', () => {
  const one = (value: number) => Float64Array.of(value, value);
  const view = {
    size: one(2),
    voxels: new Float32Array(16),
    grid: one(4),
    start: one(1),
    extents: one(3),
    base: one(0),
    steps: Float64Array.of(1, 0, 0, 1),
    points: one(0),
    low: one(-1),
    high: one(9),
    outside: 0,
  };
  expect(cut(view)).toHaveLength(4);
  for (const wrong of [
    { extents: one(4) },
    { start: one(-1) },
    { voxels: new Float32Array(15) },
    { points: new Float64Array(0) },
    { steps: one(1) },
  ]) {
    expect(() => cut({ ...view, ...wrong })).toThrow(/does not fit/);
  }
  expect(() => interpolateView(new Float32Array(3), view)).toThrow(/does not fit/);
  expect(() => cut({ ...view, base: one(Number.NaN) })).toThrow(/base is not finite/);
  expect(() => cut({ ...view, low: new Float64Array(3) })).toThrow(/low has another length/);
});
