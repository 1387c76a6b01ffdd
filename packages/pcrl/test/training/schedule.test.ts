import { describe, expect, it } from 'vitest';
import { learningRate } from '../../src/training/schedule.js';

const sgd = {
  learningRate: 0.1,
  schedule: 'cosine',
  momentum: 0.9,
  weightDecay: 0,
  warmupSteps: 0,
  clipGradientNorm: null,
} as const;

describe('the learning rate', () => {
  it('follows a cosine from step to step', () => {
    const at = (step: number) =>
      learningRate(sgd, { step, steps: 100, epoch: Math.floor(step / 10), epochs: 10 });
    expect(at(0)).toBe(0.1);
    expect(at(50)).toBeCloseTo(0.05, 12);
    expect(at(100)).toBeCloseTo(0, 12);
  });

  it('changes with the epoch only, where the official code does so', () => {
    const perEpoch = { ...sgd, schedule: 'cosine-per-epoch' } as const;
    const at = (step: number, epoch: number) =>
      learningRate(perEpoch, { step, steps: 100, epoch, epochs: 10 });
    expect(at(0, 0)).toBe(at(9, 0));
    // lr (1 + cos(pi e / E)) / 2 at e = 3, E = 10
    expect(at(31, 3)).toBeCloseTo(0.0793892626146237, 15);
  });

  it('rises over the warm-up', () => {
    const warm = { ...sgd, schedule: 'constant', warmupSteps: 4 } as const;
    const rates = [0, 1, 2, 3, 4].map((step) =>
      learningRate(warm, { step, steps: 100, epoch: 0, epochs: 10 }),
    );
    expect(rates).toEqual([0.025, 0.05, 0.075, 0.1, 0.1].map((rate) => expect.closeTo(rate, 12)));
  });
});
