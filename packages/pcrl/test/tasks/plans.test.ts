import { RandomStream } from '@pcrl/torch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planLength } from '../../src/tasks/length.js';
import { planWindows } from '../../src/tasks/sliding-window.js';
import { nearestResized } from '../../src/tasks/volume.js';
import { boxAround, drawBoxIn } from '../../src/tasks/volume-crop.js';

describe('the length of a seed', () => {
  const settings = {
    batch: 16,
    epochs: 100,
    steps: null,
    select: 'score',
    patience: null,
  } as const;

  it('counts epochs over the labelled cases', () => {
    const length = planLength(settings, { labelled: 100, validation: 50 }, 1);
    expect(length).toMatchObject({ batch: 16, perEpoch: 7, steps: 700, epochs: 100 });
    expect(length.validations).toHaveLength(20);
    expect(length.validations.at(-1)).toBe(700);
  });

  it('validates less often where few labelled cases make short epochs', () => {
    const few = { ...settings, steps: 300 };
    expect(planLength(few, { labelled: 21, validation: 600 }, 1).validations).toHaveLength(8);
    expect(planLength(few, { labelled: 4, validation: 600 }, 1).validations).toHaveLength(5);
  });

  it('validates once where the last weights are kept anyway', () => {
    const last = { ...settings, select: 'last' } as const;
    const cases = { labelled: 100, validation: 50 };
    expect(planLength(last, cases, 1).validations).toEqual([700]);
    expect(planLength({ ...last, patience: 3 }, cases, 1).validations).toHaveLength(20);
  });

  it('trains on a single labelled case', () => {
    const length = planLength(settings, { labelled: 1, validation: 0 }, 1);
    expect(length).toMatchObject({ batch: 1, perEpoch: 1, steps: 100, validations: [] });
  });
});

describe('windows over a volume', () => {
  const side = fc.integer({ min: 1, max: 70 });
  const axes = fc.tuple(side, side, side);
  const window = fc.constantFrom([16, 16, 16], [32, 24, 8]);

  it('cover every voxel, and reach beyond the volume only where it is smaller than they are', () => {
    fc.assert(
      fc.property(axes, window, fc.constantFrom(0, 0.5, 0.8), (volume, size, overlap) => {
        const { covered, windows } = planWindows(volume, size, overlap);
        for (const axis of [0, 1, 2]) {
          const [length, first] = [covered.size[axis]!, covered.start[axis]!];
          expect(length).toBe(Math.max(volume[axis]!, size[axis]!));
          expect(first).toBe(Math.min(0, Math.floor((volume[axis]! - size[axis]!) / 2)));
          const seen = new Uint8Array(length);
          for (const { start } of windows) {
            const at = start[axis]! - first;
            expect(at >= 0 && at + size[axis]! <= length).toBe(true);
            seen.fill(1, at, at + size[axis]!);
          }
          expect(seen.every((value) => value === 1)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('overlap by half where they are asked to', () => {
    const { windows } = planWindows([80, 16, 16], [16, 16, 16], 0.5);
    expect(windows.map(({ start }) => start[0])).toEqual([0, 8, 16, 24, 32, 40, 48, 56, 64]);
  });
});

describe('training crops around a mask', () => {
  const side = fc.integer({ min: 1, max: 30 });
  const three = fc.tuple(side, side, side);

  it('lie in the volume where they fit, and over the marked part', () => {
    fc.assert(
      fc.property(three, three, three, fc.nat(4), fc.nat(), (volume, crop, at, margin, seed) => {
        const mark = volume.map((length, axis) => at[axis]! % length);
        const mask = new Float32Array(volume[0] * volume[1] * volume[2]);
        mask[(mark[0]! * volume[1] + mark[1]!) * volume[2] + mark[2]!] = 1;
        const part = boxAround(mask, volume, margin);
        const stream = new RandomStream(seed, 'test crops');
        const { start, size } = drawBoxIn(stream, part, crop, volume);
        volume.forEach((length, axis) => {
          const [low, high] = [part.start[axis]!, part.start[axis]! + part.size[axis]!];
          expect(low).toBe(Math.max(0, mark[axis]! - margin));
          expect(high).toBe(Math.min(length, mark[axis]! + margin + 1));
          const end = start[axis]! + size[axis]!;
          if (size[axis]! <= length) expect(start[axis]! >= 0 && end <= length).toBe(true);
          else expect(start[axis]! <= 0 && end >= length).toBe(true);
          // A crop is in the part, or holds it.
          const isInside = start[axis]! >= low && end <= high;
          expect(isInside || (start[axis]! <= low && end >= high)).toBe(true);
        });
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});

describe('masks on another grid', () => {
  it('take the nearest label', () => {
    const line = (values: number[]) => ({
      size: [1, 1, values.length],
      voxels: Float32Array.from(values),
    });
    expect([...nearestResized(line([1, 2, 3, 4]), [1, 1, 2])]).toEqual([2, 4]);
    expect([...nearestResized(line([1, 2]), [1, 1, 4])]).toEqual([1, 1, 2, 2]);
    expect([...nearestResized(line([1, 2, 3]), [2, 1, 1])]).toEqual([2, 2]);
  });
});
