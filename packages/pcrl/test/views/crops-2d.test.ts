import { RandomStream } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { drawCrops2D } from '../../src/views/drawing/crops-2d.js';
import { drawResizedCrop } from '../../src/views/drawing/resized-crop.js';
import { boundingBox, contains, intersectionOverUnion } from '../../src/views/index.js';
import { python, pythonLacks } from '../python.js';
import { address, settings2D } from './samples.js';

const lacking = pythonLacks('torchvision');
const DRAWS = 4000;

describe('drawResizedCrop', () => {
  const ranges = { area: [0.05, 0.3] as const, aspect: [3 / 4, 4 / 3] as const };
  const draws = (size: readonly number[], area: readonly [number, number] = ranges.area) => {
    const stream = new RandomStream(5, 'test');
    return Array.from({ length: DRAWS }, () => drawResizedCrop(stream, size, { ...ranges, area }));
  };

  it('stays inside the image, within its limits of area and ratio', () => {
    for (const { start, size } of draws([200, 320])) {
      const [h, w] = size as [number, number];
      expect(contains({ start: [0, 0], size: [200, 320] }, { start, size })).toBe(true);
      expect([...start, ...size].every(Number.isInteger)).toBe(true);
      expect((h * w) / 64_000).toBeGreaterThan(0.045);
      expect((h * w) / 64_000).toBeLessThan(0.305);
      expect(w / h).toBeGreaterThan(0.72);
      expect(w / h).toBeLessThan(1.38);
    }
  });

  it('takes the largest centred crop where none fits', () => {
    const [wide] = draws([20, 400], [0.9, 1]);
    expect(wide).toEqual({ start: [0, 186], size: [20, 27] });
    const [tall] = draws([400, 20], [0.9, 1]);
    expect(tall).toEqual({ start: [186, 0], size: [27, 20] });
  });

  it.skipIf(lacking)('draws as torchvision draws', () => {
    const theirs = python<Record<'top' | 'left' | 'h' | 'w', number[]>>(
      {},
      `
import torch
from torchvision.transforms import RandomResizedCrop
torch.manual_seed(3)
image = torch.zeros(1, 200, 320)
draws = [RandomResizedCrop.get_params(image, [0.3, 1.0], [3 / 4, 4 / 3]) for _ in range(${DRAWS})]
answer = dict(zip(('top', 'left', 'h', 'w'), zip(*draws)))`,
    );
    const ours = draws([200, 320], [0.3, 1]);
    const columns = {
      top: ours.map(({ start }) => start[0]!),
      left: ours.map(({ start }) => start[1]!),
      h: ours.map(({ size }) => size[0]!),
      w: ours.map(({ size }) => size[1]!),
    };
    // Kolmogorov and Smirnov: 1.95 sqrt(2 / n) is passed by 999 of 1000 pairs of equal distributions.
    for (const key of ['top', 'left', 'h', 'w'] as const) {
      expect(largestGap(columns[key], theirs[key])).toBeLessThan(1.95 * Math.sqrt(2 / DRAWS));
    }
  });
});

/** The largest distance between two empirical distributions of whole numbers. */
function largestGap(a: readonly number[], b: readonly number[]): number {
  const steps = new Map<number, number>();
  for (const value of a) steps.set(value, (steps.get(value) ?? 0) + 1 / a.length);
  for (const value of b) steps.set(value, (steps.get(value) ?? 0) - 1 / b.length);
  let [gap, largest] = [0, 0];
  for (const [, step] of [...steps].sort(([x], [y]) => x - y)) {
    gap += step;
    largest = Math.max(largest, Math.abs(gap));
  }
  return largest;
}

describe('drawCrops2D', () => {
  it('keeps local crops inside the box around overlapping global ones (sub-crop)', () => {
    const settings = settings2D({ localPlacement: 'sub-crop' });
    for (let sample = 0; sample < 200; sample++) {
      const { globals, locals } = drawCrops2D([320, 256], settings, address(sample));
      expect(intersectionOverUnion(...globals)).toBeGreaterThan(0.3);
      expect(locals).toHaveLength(6);
      const around = boundingBox(globals);
      expect(locals.every((local) => contains(around, local))).toBe(true);
    }
  });

  it('lets crops lie anywhere (multi-crop)', () => {
    const settings = settings2D();
    const drawn = Array.from({ length: 100 }, (_, s) =>
      drawCrops2D([320, 256], settings, address(s)),
    );
    const outside = drawn.filter(({ globals, locals }) =>
      locals.some((local) => !contains(boundingBox(globals), local)),
    );
    expect(outside.length).toBeGreaterThan(0);
  });
});
