import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, labelledSubset, patientOf, splitByPatient } from '../../src/datasets/index.js';
import { DatasetError } from '../../src/errors.js';

const patients = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 5, maxLength: 80 });
const seeds = fc.nat(1_000_000);

function casesOf(list: readonly number[], withOrder = false): Case[] {
  return list.map((patient, index) => ({
    image: `/data/${index}.png`,
    patient: `p${patient}`,
    ...(withOrder ? { order: ((patient * 7919) % 101) / 101 } : {}),
  }));
}

describe('labelledSubset', () => {
  const ratios = fc.tuple(
    fc.double({ min: 0.001, max: 1, noNaN: true }),
    fc.double({ min: 0.001, max: 1, noNaN: true }),
  );

  it('is nested, keeps patients whole, and overshoots by less than one patient', () => {
    fc.assert(
      fc.property(patients, ratios, seeds, fc.boolean(), (list, pair, seed, withOrder) => {
        const cases = casesOf(list, withOrder);
        const [small, large] = pair
          .sort((a, b) => a - b)
          .map((ratio) => labelledSubset(cases, { ratio }, seed));
        expect(large).toEqual(expect.arrayContaining([...small!]));
        const chosen = new Set(large!.map(patientOf));
        expect(cases.filter((item) => chosen.has(patientOf(item)))).toEqual(large);
        const wanted = Math.max(1, Math.round(pair[1]! * cases.length));
        expect(large!.length).toBeGreaterThanOrEqual(wanted);
        const sizes = [...chosen].map((p) => large!.filter((item) => patientOf(item) === p).length);
        expect(large!.length - Math.max(...sizes)).toBeLessThan(wanted);
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(patients, seeds, fc.boolean(), (list, seed, withOrder) => {
        const cases = casesOf(list, withOrder);
        const names = (subset: readonly Case[]) => subset.map(({ image }) => image).sort();
        expect(names(labelledSubset([...cases].reverse(), { count: 3 }, seed))).toEqual(
          names(labelledSubset(cases, { count: 3 }, seed)),
        );
      }),
    );
  });

  it('follows the order column, whatever the seed, and the seed without one', () => {
    const ordered = [3, 1, 2].map((order) => ({ image: `/${order}`, order }));
    for (const seed of [1, 2, 3]) {
      const images = labelledSubset(ordered, { count: 2 }, seed).map(({ image }) => image);
      expect(images).toEqual(['/1', '/2']);
    }
    const plain = casesOf(Array.from({ length: 40 }, (_, at) => at));
    const subsets = [1, 2, 3].map((seed) => labelledSubset(plain, { ratio: 0.25 }, seed));
    expect(subsets.every((subset) => subset.length === 10)).toBe(true);
    expect(subsets[0]).not.toEqual(subsets[1]);
    expect(labelledSubset(plain, { ratio: 0.25 }, 1)).toEqual(subsets[0]);
    expect(labelledSubset(plain, 'all', 1)).toEqual(plain);
  });

  it.each([{ count: 4 }, { count: 0 }, { count: 1.5 }, { ratio: 0 }, { ratio: 1.5 }])(
    'refuses %o of 3 cases',
    (budget) => {
      expect(() => labelledSubset(casesOf([1, 2, 3]), budget, 0)).toThrow(DatasetError);
    },
  );
});

describe('splitByPatient', () => {
  it('gives every case a split, keeps patients whole and shares as asked', () => {
    fc.assert(
      fc.property(patients, seeds, (list, seed) => {
        const count = new Set(list).size;
        fc.pre(count >= 3);
        const split = splitByPatient(casesOf(list), { train: 0.7, val: 0.1, test: 0.2 }, seed);
        const splitOf = new Map(split.map((item) => [item.patient, item.split]));
        expect(split.every((item) => item.split === splitOf.get(item.patient))).toBe(true);
        const sizes = (['train', 'val', 'test'] as const).map(
          (name) => [...splitOf.values()].filter((other) => other === name).length,
        );
        expect(sizes.every((size) => size >= 1)).toBe(true);
        [0.7, 0.1, 0.2].forEach((share, at) => {
          expect(Math.abs(sizes[at]! - share * count)).toBeLessThanOrEqual(2);
        });
      }),
    );
  });

  it('leaves out a split with no share, and refuses too few patients and wrong shares', () => {
    const cases = casesOf([1, 2, 3, 4, 5]);
    const split = splitByPatient(cases, { train: 0.8, val: 0, test: 0.2 }, 1);
    expect(split.filter((item) => item.split === 'test')).toHaveLength(1);
    expect(split.some((item) => item.split === 'val')).toBe(false);
    const shares = { train: 0.7, val: 0.1, test: 0.2 };
    expect(() => splitByPatient(casesOf([1, 1, 2]), shares, 1)).toThrow(
      /2 patients into train 0\.7/,
    );
    expect(() => splitByPatient(cases, { ...shares, test: 0.5 }, 1)).toThrow(DatasetError);
  });
});
