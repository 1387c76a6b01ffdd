import { RandomStream } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import {
  auroc,
  aurocPerClass,
  aurocStatistic,
  averageOf,
  bootstrap,
  differenceOf,
  holm,
  meanAurocStatistic,
  meanStatistic,
  smallestP,
  spreadOf,
} from '../../src/metrics/index.js';
import { percentile } from '../../src/metrics/spread.js';
import { noPython, python } from '../python.js';

const random = new RandomStream(2, 'bootstrap test');
const cases = 80;
const names = Array.from({ length: cases }, (_, i) => `p${i}`);
const dices = names.map(() => random.uniform(0.4, 0.9));
const labels = names.map(() => Number(random.chance(0.4)));
const scores = labels.map((label) => label + 1.2 * random.normal());
const betterScores = labels.map((label) => 1.6 * label + 1.2 * random.normal());
const stream = (n = 0) => new RandomStream(7, 'bootstrap', n);

describe('statistics under weights', () => {
  it('equal the statistic of the cases repeated', () => {
    const weights = labels.map(() => random.integer(4));
    const repeated = (values: readonly number[]) =>
      values.flatMap((value, i) => new Array<number>(weights[i]!).fill(value));
    expect(aurocStatistic(scores, labels)(weights)).toBeCloseTo(
      auroc(repeated(scores), repeated(labels))!,
      12,
    );
    expect(meanStatistic(dices)(weights)).toBeCloseTo(spreadOf(repeated(dices)).mean, 12);
  });

  it('average over classes as the plain figure does', () => {
    const twoScores = scores.flatMap((score, i) => [score, betterScores[i]!]);
    const twoLabels = labels.flatMap((label) => [label, label]);
    const ones = labels.map(() => 1);
    expect(meanAurocStatistic(twoScores, twoLabels, 2)(ones)).toBeCloseTo(
      aurocPerClass(twoScores, twoLabels, 2).mean!,
      12,
    );
  });
});

describe('the paired test', () => {
  const improved = (shift: number) => dices.map((dice) => dice + shift + 0.1 * random.normal());
  const pOf = (values: readonly number[]) => {
    const difference = differenceOf(meanStatistic(values), meanStatistic(dices));
    return bootstrap(difference, names, stream(), 20_000)!.pOfZero;
  };

  it.skipIf(noPython)('is close to the paired t-test for a mean', () => {
    const samples = [0, 0.01, 0.02, 0.03].map(improved);
    const wanted = python<number[]>(
      { samples, dices },
      "from scipy.stats import ttest_rel\nanswer = [float(ttest_rel(s, given['dices']).pvalue) for s in given['samples']]",
    );
    samples.forEach((values, n) => {
      expect(Math.abs(pOf(values) - wanted[n]!)).toBeLessThan(0.02);
    });
  });

  it('finds nothing between a method and itself, and never a p of 0', () => {
    expect(pOf(dices)).toBe(1);
    expect(pOf(dices.map((dice) => dice + 1))).toBeCloseTo(2 / 20_001, 12);
  });

  it('gives no p below what a randomisation test of so few patients can give', () => {
    const gained = (count: number) =>
      bootstrap(meanStatistic(dices.slice(0, count)), names.slice(0, count), stream())!;
    expect(gained(2)).toMatchObject({ pOfZero: 0.5, patients: 2 });
    expect(gained(5).pOfZero).toBe(smallestP(5));
    expect(gained(5).pOfZero).toBe(2 / 32);
    expect(gained(40).pOfZero).toBeCloseTo(2 / 2001, 12);
  });

  it('is corrected as Holm has it', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.6, 0.5])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('bootstrap', () => {
  it('is repeatable, and another stream gives another interval', () => {
    const statistic = aurocStatistic(scores, labels);
    const first = bootstrap(statistic, names, stream());
    expect(bootstrap(statistic, names, stream())).toEqual(first);
    expect(bootstrap(statistic, names, stream(1))).not.toEqual(first);
    expect(first!.value).toBe(auroc(scores, labels));
  });

  it('gives the interval of theory for a mean', () => {
    const interval = bootstrap(meanStatistic(dices), names, stream(), 20_000)!;
    const { mean, deviation } = spreadOf(dices);
    const halfWidth = (1.96 * deviation! * Math.sqrt((cases - 1) / cases)) / Math.sqrt(cases);
    expect(interval.low).toBeCloseTo(mean - halfWidth, 2);
    expect(interval.high).toBeCloseTo(mean + halfWidth, 2);
  });

  it.skipIf(noPython)('gives the interval of numpy for an AUROC', () => {
    const [low, high] = python<[number, number]>(
      { scores, labels },
      `s, l = np.array(given['scores']), np.array(given['labels'])
wins = (s[l == 1][:, None] > s[l == 0]).astype(float)
rng = np.random.default_rng(0)
weights = rng.multinomial(len(s), np.full(len(s), 1 / len(s)), 4000)
positive, negative = weights[:, l == 1], weights[:, l == 0]
areas = np.einsum('bi,ij,bj->b', positive, wins, negative, optimize=True)
areas /= positive.sum(1) * negative.sum(1)
answer = np.percentile(areas, [2.5, 97.5]).tolist()`,
    );
    const interval = bootstrap(aurocStatistic(scores, labels), names, stream(), 5000)!;
    expect(Math.abs(interval.low - low)).toBeLessThan(0.01);
    expect(Math.abs(interval.high - high)).toBeLessThan(0.01);
  });

  it.skipIf(noPython)('agrees with scikit-learn and numpy on the same resamples', () => {
    const samples = [false, true].map((tied) => {
      const patients = Array.from({ length: 30 }, () => `p${random.integer(12)}`);
      const label = patients.map((_, i) => (i < 2 ? i : Number(random.chance(0.4))));
      const draw = () => (tied ? random.integer(5) / 5 : random.normal());
      return { patients, labels: label, a: patients.map(draw), b: patients.map(draw) };
    });
    const resamples = 200;
    const drawn = samples.map(({ patients }) => {
      const count = new Set(patients).size;
      const same = stream(5);
      return Array.from({ length: resamples }, () =>
        Array.from({ length: count }, () => same.integer(count)),
      );
    });
    const wanted = python<Record<'a' | 'mean' | 'difference', number[]>[]>(
      { samples, drawn },
      `from sklearn.metrics import roc_auc_score
def summary(values, count):
    v = np.array([x for x in values if x is not None])
    least = min((v <= 1e-12).sum(), (v >= -1e-12).sum())
    p = min(1, max(2.0 ** (1 - count), 2 * (least + 1) / (len(v) + 1)))
    return np.percentile(v, [2.5, 97.5]).tolist() + [float(p), len(values) - len(v)]
answer = []
for s, drawn in zip(given['samples'], given['drawn']):
    order = list(dict.fromkeys(s['patients']))
    cases = [[i for i, p in enumerate(s['patients']) if p == name] for name in order]
    y, a, b = (np.array(s[key]) for key in ('labels', 'a', 'b'))
    auc = lambda at, x: roc_auc_score(y[at], x[at]) if len(set(y[at])) == 2 else None
    picks = [np.array([i for n in names for i in cases[n]]) for names in drawn]
    areas = [(auc(at, a), auc(at, b)) for at in picks]
    answer.append(dict(
        a=summary([one for one, _ in areas], len(order)),
        mean=summary([a[at].mean() for at in picks], len(order)),
        difference=summary([None if one is None else one - two for one, two in areas], len(order))))`,
    );
    samples.forEach(({ patients, labels: label, a, b }, n) => {
      const statistics = {
        a: aurocStatistic(a, label),
        mean: meanStatistic(a),
        difference: differenceOf(aurocStatistic(a, label), aurocStatistic(b, label)),
      };
      for (const [name, statistic] of Object.entries(statistics)) {
        const found = bootstrap(statistic, patients, stream(5), resamples)!;
        const { low, high, pOfZero, undefinedResamples } = found;
        const reference = wanted[n]![name as keyof typeof statistics];
        [low, high, pOfZero, undefinedResamples].forEach((value, at) => {
          expect(Math.abs(value - reference[at]!)).toBeLessThan(1e-9);
        });
      }
    });
  });

  it('draws patients, not images: repeats of a patient narrow nothing', () => {
    const twice = <T>(list: readonly T[]) => [...list, ...list];
    const single = bootstrap(meanStatistic(dices), names, stream())!;
    const doubled = bootstrap(meanStatistic(twice(dices)), twice(names), stream())!;
    expect(doubled.low).toBeCloseTo(single.low, 12);
    expect(doubled.high).toBeCloseTo(single.high, 12);
  });

  it('compares two methods on the same resamples', () => {
    const worse = aurocStatistic(scores, labels);
    const better = aurocStatistic(betterScores, labels);
    expect(bootstrap(differenceOf(worse, worse), names, stream())).toMatchObject({
      value: 0,
      low: 0,
      high: 0,
    });
    const paired = bootstrap(differenceOf(better, worse), names, stream())!;
    expect(paired.value).toBeCloseTo(auroc(betterScores, labels)! - auroc(scores, labels)!, 12);
    expect(paired.low).toBeLessThan(paired.value);
    expect(paired.high).toBeGreaterThan(paired.value);
  });

  it('averages over seeds inside each resample', () => {
    const seeds = averageOf([meanStatistic(dices), meanStatistic(dices.map((d) => d + 0.1))]);
    const one = bootstrap(meanStatistic(dices), names, stream())!;
    expect(bootstrap(seeds, names, stream())!.low).toBeCloseTo(one.low + 0.05, 12);
  });

  it('counts resamples without a value', () => {
    const rare = labels.map((_, i) => Number(i === 0));
    const interval = bootstrap(aurocStatistic(scores, rare), names, stream())!;
    // One positive is missing from a resample with probability (1 - 1/n)^n, about 0.37.
    expect(interval.undefinedResamples / 2000).toBeGreaterThan(0.32);
    expect(interval.undefinedResamples / 2000).toBeLessThan(0.42);
    expect(
      bootstrap(
        aurocStatistic(
          scores,
          labels.map(() => 1),
        ),
        names,
        stream(),
      ),
    ).toBeUndefined();
  });

  it('refuses to compare methods on different cases', () => {
    const other = differenceOf(meanStatistic(dices), meanStatistic([0.5]));
    expect(() => bootstrap(other, names, stream())).toThrow(/same cases/);
  });
});

describe('spread', () => {
  it('has the sample standard deviation', () => {
    const { mean, deviation } = spreadOf([1, 2, 4]);
    expect(mean).toBeCloseTo(7 / 3, 12);
    expect(deviation).toBeCloseTo(Math.sqrt(7 / 3), 12);
    expect(spreadOf([3])).toEqual({ mean: 3, deviation: undefined, count: 1 });
    expect(() => spreadOf([])).toThrow(/no repeat/);
  });

  it.skipIf(noPython)('has the percentiles of numpy', () => {
    const sorted = [...dices].sort((a, b) => a - b);
    const percents = [0, 2.5, 10, 33, 50, 97.5, 100];
    const reference = python<number[]>(
      { sorted, percents },
      "answer = np.percentile(given['sorted'], given['percents']).tolist()",
    );
    percents.forEach((percent, i) => {
      expect(percentile(sorted, percent)).toBeCloseTo(reference[i]!, 12);
    });
  });
});
