import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesFrom, stepsPerEpoch } from '../../src/training/batches.js';

const plans = fc.record({
  seed: fc.nat(),
  samples: fc.integer({ min: 2, max: 60 }),
  batch: fc.integer({ min: 2, max: 20 }),
});

describe('batches', () => {
  it('train on every sample once an epoch, a single one left over aside', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const perEpoch = stepsPerEpoch(plan);
        const batches = [...batchesFrom(plan, 0, 2 * perEpoch)];
        for (const epoch of [0, 1]) {
          const seen = batches.filter((b) => b.epoch === epoch).flatMap((b) => b.samples);
          const leftOver = plan.samples % plan.batch === 1 ? 1 : 0;
          expect(new Set(seen).size).toBe(plan.samples - leftOver);
          expect(seen.length).toBe(plan.samples - leftOver);
        }
        expect(batches.every((b) => b.samples.length > 1)).toBe(true);
      }),
    );
  });

  it('are the same from any step on', () => {
    fc.assert(
      fc.property(plans, fc.nat(30), (plan, first) => {
        const whole = [...batchesFrom(plan, 0, first + 5)];
        expect([...batchesFrom(plan, first, first + 5)]).toEqual(whole.slice(first));
      }),
    );
  });

  it('come in another order in another epoch', () => {
    const plan = { seed: 1, samples: 40, batch: 40 };
    const [first, second] = [...batchesFrom(plan, 0, 2)];
    expect(first?.samples).not.toEqual(second?.samples);
  });
});
