import { RandomStream } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { dice, diceOverCases } from '../../src/metrics/index.js';
import { noPython, python } from '../python.js';

describe('dice', () => {
  it('gives worked numbers', () => {
    const prediction = Uint8Array.of(1, 1, 0, 2, 2, 0);
    const truth = Uint8Array.of(1, 0, 0, 2, 2, 2);
    expect(dice(prediction, truth, [1, 2])).toEqual([2 / 3, 4 / 5]);
  });

  it('is 1 where both are empty and 0 where one is', () => {
    expect(dice(Uint8Array.of(0, 0), Uint8Array.of(0, 1), [1, 2])).toEqual([0, 1]);
  });

  it.skipIf(noPython)("is scikit-learn's F1 score of the voxels", () => {
    const random = new RandomStream(5, 'dice test');
    const truth = Uint8Array.from({ length: 500 }, () => random.integer(4));
    const prediction = truth.map((label) => (random.chance(0.7) ? label : random.integer(4)));
    const reference = python<number[]>(
      { truth: [...truth], prediction: [...prediction] },
      "from sklearn.metrics import f1_score\nanswer = f1_score(given['truth'], given['prediction'], average=None).tolist()",
    );
    dice(prediction, truth, [0, 1, 2, 3]).forEach((value, label) => {
      expect(value).toBeCloseTo(reference[label]!, 12);
    });
  });

  it('refuses masks of different length', () => {
    expect(() => dice(new Uint8Array(3), new Uint8Array(4), [1])).toThrow(/3 voxels/);
  });
});

describe('diceOverCases', () => {
  it('averages over cases, then over classes', () => {
    const over = diceOverCases([
      [0.5, 1],
      [0.7, 0],
    ]);
    expect(over.perClass[0]).toBeCloseTo(0.6, 12);
    expect(over.perClass[1]).toBe(0.5);
    expect(over.perCase).toEqual([0.75, 0.35]);
    expect(over.mean).toBeCloseTo(0.55, 12);
  });

  it('wants cases', () => {
    expect(() => diceOverCases([])).toThrow(/no case/);
  });
});
