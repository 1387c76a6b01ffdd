import { describe, expect, it } from 'vitest';
import { isTooFew, probability } from '../../src/evaluation/comparison/words.js';

const difference = { value: 0.1, low: 0.05, high: 0.2, pOfZero: 0.5, undefinedResamples: 0 };

describe('a p in a table', () => {
  it('says so where no test on so few patients could mean anything', () => {
    expect(probability({ ...difference, patients: 2 }, 0.5)).toBe('too few cases (p ≥ 0.5)');
    expect(probability({ ...difference, patients: 5 }, 0.0625)).toBe('too few cases (p ≥ 0.063)');
    expect(isTooFew({ ...difference, patients: 6 })).toBe(false);
  });

  it('is printed as far as the resamples tell it', () => {
    expect(probability({ ...difference, patients: 6 }, 0.03125)).toBe('0.031');
    expect(probability({ ...difference, patients: 90 }, 0.001)).toBe('< 0.002');
    expect(probability(undefined, 0.5)).toBe('');
  });
});
