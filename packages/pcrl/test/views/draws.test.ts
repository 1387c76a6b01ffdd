import { describe, expect, it } from 'vitest';
import { drawAppearance2D } from '../../src/views/drawing/appearance-2d.js';
import { drawAppearance3D } from '../../src/views/drawing/appearance-3d.js';
import { drawGeometry2D, drawGeometry3D } from '../../src/views/drawing/geometry.js';
import { address, settings2D, settings3D } from './samples.js';

const DRAWS = 4000;
const samples = Array.from({ length: DRAWS }, (_, sample) => address(sample));

/**
 * Whether numbers look uniform on [low, high]: inside it, and within 1.95 / sqrt(n) of its distribution
 * (Kolmogorov and Smirnov; 999 of 1000 uniform samples are, and the seed is fixed).
 */
function expectUniform(values: readonly number[], low: number, high: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  expect(sorted[0]).toBeGreaterThanOrEqual(low);
  expect(sorted.at(-1)).toBeLessThanOrEqual(high);
  const gaps = sorted.map((value, i) =>
    Math.abs((value - low) / (high - low) - (i + 0.5) / sorted.length),
  );
  expect(Math.max(...gaps)).toBeLessThan(1.95 / Math.sqrt(sorted.length));
}

/** Whether an event came about as often as its chance says (within 4 standard deviations). */
function expectChance(events: readonly boolean[], chance: number): void {
  const share = events.filter(Boolean).length / events.length;
  expect(Math.abs(share - chance)).toBeLessThan(
    4 * Math.sqrt((chance * (1 - chance)) / events.length),
  );
}

describe('what is drawn for 2D views', () => {
  const settings = settings2D();
  const looks = samples.map((at) => drawAppearance2D(settings, at, 0));

  it('has the distributions of the released code', () => {
    expectChance(
      looks.map(({ blur }) => blur > 0),
      0.5,
    );
    expectUniform(
      looks.map(({ blur }) => blur).filter((blur) => blur > 0),
      0.1,
      2,
    );
    for (const kind of ['brightness', 'contrast'] as const) {
      const factors = looks.map(({ jitter }) => jitter.find((step) => step.kind === kind)!.factor);
      expectUniform(factors, 0.6, 1.4);
    }
    expectChance(
      looks.map(({ jitter }) => jitter[0]!.kind === 'contrast'),
      0.5,
    );
    const turned = samples.map((at) =>
      drawGeometry2D({ start: [0, 0], size: [9, 9] }, settings, at, 0),
    );
    expectUniform(
      turned.map(({ degrees }) => degrees[0]!),
      -10,
      10,
    );
    expectChance(
      turned.map(({ flip }) => flip),
      0.5,
    );
  });

  it('has three holes of 32 pixels in global views, cut off at the border', () => {
    const whole = looks.flatMap(({ holes }) => holes).filter(({ size }) => size.join() === '32,32');
    expect(looks.every(({ holes }) => holes.length === 3)).toBe(true);
    // A hole is whole when its centre keeps 16 pixels away from the border on both axes.
    expectChance(
      looks.flatMap(({ holes }) => holes).map((hole) => whole.includes(hole)),
      (193 / 224) ** 2,
    );
    expect(drawAppearance2D(settings, address(0), 2).holes).toHaveLength(0);
    expect(drawAppearance2D(settings2D({}, 'paper'), address(0), 2).holes).toHaveLength(3);
    expect(drawAppearance2D(settings2D({}, 'paper'), address(0), 2).jitter).toHaveLength(0);
  });
});

it('draws 3D views with the distributions of torchio', () => {
  const settings = settings3D();
  const looks = samples.map((at) => drawAppearance3D(settings3D({ swap: { count: 0 } }), at, 2));
  for (const axis of [0, 1, 2])
    expectUniform(
      looks.map(({ blur }) => blur[axis]!),
      0,
      2,
    );
  expectUniform(
    looks.map(({ noise }) => noise),
    0,
    0.25,
  );
  expectUniform(
    looks.map(({ gamma }) => Math.log(gamma)),
    -0.3,
    0.3,
  );
  const box = { start: [0, 0, 0], size: [9, 9, 9] };
  const placed = samples.map((at) => drawGeometry3D(box, 0, settings, at, 1));
  expectChance(
    placed.map(({ flip }) => flip),
    0.5,
  );
  for (const axis of [0, 1, 2]) {
    expectUniform(
      placed.map(({ degrees }) => degrees[axis]!),
      -10,
      10,
    );
    expectUniform(
      placed.map(({ scales }) => scales[axis]!),
      0.9,
      1.1,
    );
  }
});

it('draws every view for itself: another view, sample, epoch or seed is another draw', () => {
  const settings = settings3D();
  const gamma = (at: ReturnType<typeof address>, view: number) =>
    drawAppearance3D(settings, at, view).gamma;
  const all = [
    gamma(address(0, 0, 1), 0),
    gamma(address(0, 0, 1), 1),
    gamma(address(1, 0, 1), 0),
    gamma(address(0, 1, 1), 0),
    gamma(address(0, 0, 2), 0),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(gamma(address(0, 0, 1), 0)).toBe(all[0]);
});
