import { RandomStream } from '@pcrl/torch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../../src/errors.js';
import { auroc, aurocPerClass, rocCurve } from '../../src/metrics/index.js';
import { noPython, python } from '../python.js';

interface Sample {
  readonly scores: number[];
  readonly labels: number[];
}

/** Random samples; the later ones hold few different scores, so many ties. */
const samples: Sample[] = Array.from({ length: 24 }, (_, n) => {
  const random = new RandomStream(11, 'auroc test', n);
  const length = 2 + random.integer(200);
  const labels = Array.from({ length }, (_, i) => (i < 2 ? i : Number(random.chance(0.2))));
  const score = () => (n < 12 ? random.normal() : random.integer(6) / 6);
  return { scores: labels.map(score), labels };
});

const binary = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 9 }), label: fc.constantFrom(0, 1) }), {
    minLength: 2,
  })
  .filter((cases) => new Set(cases.map(({ label }) => label)).size === 2);

describe('auroc', () => {
  it('gives the worked numbers', () => {
    expect(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(auroc([0.5, 0.5, 0.2], [1, 0, 0])).toBe(0.75);
    expect(auroc([1, 1, 1, 1], [0, 1, 0, 1])).toBe(0.5);
  });

  it.skipIf(noPython)('agrees with scikit-learn on random and on tied scores', () => {
    const reference = python<number[]>(
      samples,
      "from sklearn.metrics import roc_auc_score\nanswer = [roc_auc_score(s['labels'], s['scores']) for s in given]",
    );
    samples.forEach(({ scores, labels }, n) => {
      expect(Math.abs(auroc(scores, labels)! - reference[n]!)).toBeLessThan(1e-12);
    });
  });

  it('is the share of pairs in which the positive wins, ties one half', () => {
    fc.assert(
      fc.property(binary, (cases) => {
        const positives = cases.filter(({ label }) => label === 1);
        const negatives = cases.filter(({ label }) => label === 0);
        const won = positives.flatMap((p) =>
          negatives.map((n) => (p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0)),
        );
        const share = won.reduce<number>((sum, value) => sum + value, 0) / won.length;
        const [scores, labels] = [cases.map((c) => c.score), cases.map((c) => c.label)];
        expect(auroc(scores, labels)).toBeCloseTo(share, 12);
        const flipped = auroc(
          scores.map((score) => -score),
          labels,
        );
        expect(flipped).toBeCloseTo(1 - share, 12);
      }),
    );
  });

  it('is undefined when a class is absent', () => {
    expect(auroc([0.1, 0.2], [1, 1])).toBeUndefined();
    expect(auroc([0.1, 0.2], [0, 0])).toBeUndefined();
    expect(auroc([], [])).toBeUndefined();
  });

  it('refuses what cannot be scored', () => {
    expect(() => auroc([0.1, Number.NaN], [0, 1])).toThrow(EvaluationError);
    expect(() => auroc([0.1, 0.2], [0, 2])).toThrow(/label of case 1 is 2/);
    expect(() => auroc([0.1], [0, 1])).toThrow(/1 scores but 2 labels/);
  });
});

describe('aurocPerClass', () => {
  it('leaves a class without positives out of the mean and says so', () => {
    const scores = [0.1, 0.3, 0.9, 0.4, 0.2, 0.1, 0.35, 0.7, 0.5, 0.8, 0.6, 0.3];
    const labels = [0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1];
    const result = aurocPerClass(scores, labels, 3);
    expect(result.perClass[0]).toBe(0.75);
    expect(result.perClass[1]).toBeUndefined();
    expect(result.leftOut).toEqual([
      { index: 1, reason: 'no positive case' },
      { index: 2, reason: 'no negative case' },
    ]);
    expect(result.mean).toBe(0.75);
  });

  it('has no mean when no class has a value', () => {
    expect(aurocPerClass([0.1, 0.2], [1, 1], 1).mean).toBeUndefined();
  });

  it('leaves out the cases whose label is not known, class by class', () => {
    const scores = [0.9, 0.1, 0.2, 0.8, 0.4, 0.3];
    const labels = [1, Number.NaN, 0, 1, Number.NaN, 0];
    expect(aurocPerClass(scores, labels, 2).perClass).toEqual([1, 1]);
    expect(auroc([0.9, 0.5, 0.1], [1, Number.NaN, 0])).toBe(1);
    expect(auroc([0.9, 0.5], [1, Number.NaN])).toBeUndefined();
    expect(rocCurve([0.9, 0.5, 0.1], [1, Number.NaN, 0])).toHaveLength(3);
  });

  it('refuses rows that are not whole', () => {
    expect(() => aurocPerClass([1, 2, 3], [0, 1, 0], 2)).toThrow(/rows of 2/);
  });
});

describe('rocCurve', () => {
  it.skipIf(noPython)('agrees with scikit-learn, point for point', () => {
    const reference = python<{ fpr: number[]; tpr: number[]; thresholds: number[] }[]>(
      samples,
      `from sklearn.metrics import roc_curve
answer = []
for s in given:
    fpr, tpr, thresholds = roc_curve(s['labels'], s['scores'], drop_intermediate=False)
    answer.append(dict(fpr=fpr.tolist(), tpr=tpr.tolist(), thresholds=thresholds[1:].tolist()))`,
    );
    samples.forEach(({ scores, labels }, n) => {
      const curve = rocCurve(scores, labels);
      const { fpr, tpr, thresholds } = reference[n]!;
      expect(curve.map((point) => point.falsePositiveRate)).toEqual(fpr);
      expect(curve.map((point) => point.truePositiveRate)).toEqual(tpr);
      expect(curve.slice(1).map((point) => point.threshold)).toEqual(thresholds);
    });
  });

  it('is empty when a class is absent', () => {
    expect(rocCurve([0.1], [1])).toEqual([]);
  });
});
