import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, isShortFor, nearest } from '../../src/settings/nearest.js';

describe('edit distance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['cutuot', 'cutout', 1],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('%s to %s is %i', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it('is symmetric, and 0 only for equal words', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it('knows initials of several words', () => {
    expect(isShortFor('lr', 'learningRate')).toBe(true);
    expect(isShortFor('wd', 'learningRate')).toBe(false);
    expect(isShortFor('e', 'epochs')).toBe(false);
  });

  it('finds nothing where nothing is near', () => {
    expect(nearest('zebra', ['epochs', 'batch'])).toBeUndefined();
    expect(nearest('bacth', ['epochs', 'batch'])).toBe('batch');
  });
});
