import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidentErrors } from '../../src/evaluation/comparison/confident-errors.js';
import { auroc } from '../../src/metrics/index.js';

describe('confident errors', () => {
  it('are missed findings and false alarms, each held against its own class, one a case', () => {
    // Scores of two classes, then their labels.
    const rows = [
      [0.9, 0.04, 1, 0],
      [0.1, 0.03, 1, 0],
      [0.2, 0.01, 0, 1],
      [0.8, 0.02, 0, 0],
      [0.3, 0.05, 0, 1],
    ];
    const errors = confidentErrors(rows, 2, 1);
    // Case 2 is below all without the second finding; case 1 is below all three without the first.
    expect(errors.map(({ at, label, kind, wrongSide }) => [at, label, kind, wrongSide])).toEqual([
      [2, 1, 'missed', 1],
    ]);
    expect(confidentErrors(rows, 2, 2).map(({ at, label }) => [at, label])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  it('are ranked on the wrong side of as many as AUROC counts', () => {
    const cases = fc.array(
      fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.constantFrom(0, 1) }),
      { minLength: 2, maxLength: 20 },
    );
    fc.assert(
      fc.property(cases, (drawn) => {
        const rows = drawn.map(({ score, label }) => [score, label]);
        const area = auroc(
          drawn.map(({ score }) => score),
          drawn.map(({ label }) => label),
        );
        for (const { at, kind, wrongSide } of confidentErrors(rows, 1, 20)) {
          const others = drawn.filter(({ label }) => label !== drawn[at]!.label);
          const alone = [drawn[at]!, ...others];
          const against = auroc(
            alone.map(({ score }) => score),
            alone.map(({ label }) => label),
          );
          expect(wrongSide).toBeCloseTo(1 - against!, 12);
          expect(kind).toBe(drawn[at]!.label === 1 ? 'missed' : 'false alarm');
        }
        if (area === 1) expect(confidentErrors(rows, 1, 20)).toEqual([]);
      }),
    );
  });

  it('passes over labels that are not known', () => {
    expect(
      confidentErrors(
        [
          [0.9, Number.NaN],
          [0.1, 1],
          [0.5, 0],
        ],
        1,
        3,
      ),
    ).toMatchObject([
      { at: 1, kind: 'missed' },
      { at: 2, kind: 'false alarm' },
    ]);
  });
});
