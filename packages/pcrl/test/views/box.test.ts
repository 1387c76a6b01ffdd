import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Box, boundingBox, contains, intersectionOverUnion } from '../../src/views/index.js';

const box = (...ranges: [number, number][]): Box => ({
  start: ranges.map(([low]) => low),
  size: ranges.map(([low, high]) => high - low),
});

it('measures the overlap of boxes', () => {
  const fixed = box([0, 64], [0, 64], [0, 32]);
  const shifted = (by: number) => box([by, by + 64], [0, 64], [0, 32]);
  expect(intersectionOverUnion(fixed, shifted(32))).toBeCloseTo(1 / 3, 12);
  expect(intersectionOverUnion(fixed, shifted(35))).toBeCloseTo(29 / 99, 12);
  expect(intersectionOverUnion(fixed, fixed)).toBe(1);
  expect(intersectionOverUnion(fixed, shifted(64))).toBe(0);
  expect(intersectionOverUnion(fixed, shifted(100))).toBe(0);
});

it('bounds and compares any boxes', () => {
  const side = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 60 }));
  const anyBox = fc
    .array(side, { minLength: 3, maxLength: 3 })
    .map(
      (sides): Box => ({ start: sides.map(([low]) => low), size: sides.map(([, size]) => size) }),
    );
  fc.assert(
    fc.property(anyBox, anyBox, (a, b) => {
      const around = boundingBox([a, b]);
      expect(contains(around, a) && contains(around, b)).toBe(true);
      const overlap = intersectionOverUnion(a, b);
      expect(overlap).toBe(intersectionOverUnion(b, a));
      expect(overlap).toBeGreaterThanOrEqual(0);
      expect(overlap).toBeLessThanOrEqual(1);
    }),
  );
});
