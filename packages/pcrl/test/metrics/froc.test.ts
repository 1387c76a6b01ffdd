import { RandomStream } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { type DetectedScan, FALSE_POSITIVE_RATES, froc } from '../../src/metrics/index.js';
import { noPython, python } from '../python.js';

type Position = [number, number, number];

/** Scans with candidates near to and far from nodules; scores of few values tie. */
function scans(seed: number, count: number, levels: number): DetectedScan[] {
  return Array.from({ length: count }, (_, n) => {
    const random = new RandomStream(seed, 'froc test', n);
    const anywhere = (): Position => [random.uniform(0, 60), random.uniform(0, 60), 5];
    const finding = () => ({ position: anywhere(), diameter: random.uniform(4, 20) });
    const nodules = Array.from({ length: random.integer(4) }, finding);
    const irrelevant = Array.from({ length: random.integer(3) }, finding);
    const count = n % 5 === 0 ? 130 : random.integer(40);
    const candidates = Array.from({ length: count }, () => {
      const near = random.chance(0.3) ? nodules[0] : undefined;
      const position = near
        ? (near.position.map((at) => at + random.uniform(-6, 6)) as Position)
        : anywhere();
      const score = random.integer(levels) / levels + (near ? 0.2 : 0);
      return { position, score };
    });
    return { candidates, nodules, irrelevant };
  });
}

const archives = [scans(1, 12, 1000), scans(2, 12, 8), scans(3, 3, 1), scans(4, 30, 50)];

describe('froc', () => {
  // The steps of noduleCADEvaluationLUNA16.py, with scikit-learn and numpy as it uses them.
  it.skipIf(noPython)('scores as LUNA16’s evaluation does', () => {
    const wanted = python<number[][]>(
      { archives, rates: FALSE_POSITIVE_RATES },
      `
from sklearn.metrics import roc_curve
answer = []
for archive in given['archives']:
    truth, prob, excluded = [], [], []
    for scan in archive:
        cands = scan['candidates']
        if len(cands) > 100:
            threshold = sorted((c['score'] for c in cands), reverse=True)[100]
            cands = [c for c in cands if c['score'] > threshold]
        left = dict(enumerate(cands))
        for kind in ('nodules', 'irrelevant'):
            for f in scan[kind]:
                radius2 = (f['diameter'] / 2) ** 2
                matches = []
                for key, c in enumerate(cands):
                    if sum((a - b) ** 2 for a, b in zip(c['position'], f['position'])) < radius2:
                        matches.append(c['score'])
                        left.pop(key, None)
                if kind == 'irrelevant':
                    continue
                truth.append(1.0)
                prob.append(max(matches) if matches else -1e9)
                excluded.append(not matches)
        for c in left.values():
            truth.append(0.0); prob.append(c['score']); excluded.append(False)
    t = [a for a, e in zip(truth, excluded) if not e]
    p = [a for a, e in zip(prob, excluded) if not e]
    detected, lesions = sum(t), sum(truth)
    fpr, tpr, _ = roc_curve(t, p)
    fps = np.zeros(len(fpr)) if detected == len(t) else fpr * (len(p) - detected) / len(archive)
    answer.append(np.interp(given['rates'], fps, tpr * detected / lesions).tolist())`,
    );
    archives.forEach((archive, n) => {
      const { sensitivities, score } = froc(archive)!;
      sensitivities.forEach((value, at) => {
        expect(Math.abs(value - wanted[n]![at]!)).toBeLessThan(1e-12);
      });
      expect(score).toBeCloseTo(sensitivities.reduce((a, b) => a + b) / 7, 12);
    });
  });

  it('is 1 for a perfect detector, 0 for one that finds nothing, undefined without nodules', () => {
    const nodule = { position: [0, 0, 0] as Position };
    const at = (x: number, score = 1) => ({ position: [x, 0, 0] as Position, score });
    expect(froc([{ nodules: [nodule], candidates: [at(4.9)] }])?.score).toBe(1);
    expect(froc([{ nodules: [nodule], candidates: [at(5)] }])?.score).toBe(0);
    expect(froc([{ nodules: [nodule], candidates: [] }])?.score).toBe(0);
    expect(froc([{ nodules: [], candidates: [at(0)] }])).toBeUndefined();
    expect(() => froc([])).toThrow(/no scan/);
  });
});
