import { describe, expect, it } from 'vitest';
import { isTooFew, probability, signed } from '../../src/evaluation/comparison/words.js';

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

describe('a difference in a table', () => {
  it('has its sign, and 0 has no minus', () => {
    const patients = 90;
    expect(signed({ ...difference, patients })).toBe('+10.0 (5.0 to 20.0)');
    const none = { ...difference, value: -0.0004, low: -0.02, high: -0.0001, patients };
    expect(signed(none)).toBe('+0.0 (-2.0 to 0.0)');
    expect(signed({ ...none, value: -0.01 })).toBe('-1.0 (-2.0 to 0.0)');
  });
});
