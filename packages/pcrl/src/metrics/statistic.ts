import { EvaluationError } from '../errors.js';
import { rankedAuroc, rankScores } from './auroc.js';
import { column, meanOfDefined } from './auroc-per-class.js';

/**
 * A figure of merit of a sample in which case i stands `weights[i]` times (0 and more);
 * `undefined` where it cannot be computed.
 */
export type Statistic = (weights: ArrayLike<number>) => number | undefined;

/** AUROC of one class. @see auroc */
export function aurocStatistic(scores: ArrayLike<number>, labels: ArrayLike<number>): Statistic {
  const ranked = rankScores(scores, labels);
  return (weights) => {
    checkWeights(weights, scores.length);
    return rankedAuroc(ranked, weights);
  };
}

/** Mean AUROC over the classes that the sample defines. @see aurocPerClass */
export function meanAurocStatistic(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Statistic {
  const perClass = Array.from({ length: classes }, (_, index) =>
    aurocStatistic(column(scores, index, classes), column(labels, index, classes)),
  );
  return averageOf(perClass);
}

/** Mean of one value a case: the Dice of each, say. */
export function meanStatistic(values: ArrayLike<number>): Statistic {
  const copy = Float64Array.from(values);
  return (weights) => {
    checkWeights(weights, copy.length);
    let [sum, count] = [0, 0];
    for (let i = 0; i < copy.length; i++) {
      sum += weights[i]! * copy[i]!;
      count += weights[i]!;
    }
    return count === 0 ? undefined : sum / count;
  };
}

/** The average of several figures on the same sample: over classes, or over seeds. */
export function averageOf(statistics: readonly Statistic[]): Statistic {
  return (weights) => meanOfDefined(statistics.map((statistic) => statistic(weights)));
}

/** `a - b` on the same sample: what one method is worth over another. */
export function differenceOf(a: Statistic, b: Statistic): Statistic {
  return (weights) => {
    const left = a(weights);
    const right = b(weights);
    return left === undefined || right === undefined ? undefined : left - right;
  };
}

function checkWeights(weights: ArrayLike<number>, cases: number): void {
  if (weights.length === cases) return;
  throw new EvaluationError(
    `a sample of ${weights.length} cases and values for ${cases}`,
    'Compare methods on the same cases, in the same order.',
  );
}
