import { EvaluationError } from '../errors.js';
import { meanOfDefined } from './auroc-per-class.js';
import type { Statistic } from './statistic.js';

/**
 * Coefficient of determination: 1 less the squared errors over the squared deviations from the mean of the
 * truth. 1 for perfect predictions, 0 for those no better than the mean, below for worse.
 *
 * @returns a statistic that is `undefined` where all true values of the sample are the same
 */
export function rSquaredStatistic(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
): Statistic {
  checkPairs(predictions, truths);
  const [predicted, wanted] = [Float64Array.from(predictions), Float64Array.from(truths)];
  return (weights) => {
    let [count, sum] = [0, 0];
    wanted.forEach((truth, i) => {
      count += weights[i]!;
      sum += weights[i]! * truth;
    });
    const mean = sum / count;
    let [errors, deviations] = [0, 0];
    wanted.forEach((truth, i) => {
      errors += weights[i]! * (truth - predicted[i]!) ** 2;
      deviations += weights[i]! * (truth - mean) ** 2;
    });
    return deviations > 0 ? 1 - errors / deviations : undefined;
  };
}

/** {@link rSquaredStatistic} of all cases. */
export function rSquared(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
): number | undefined {
  return rSquaredStatistic(predictions, truths)(new Float64Array(truths.length).fill(1));
}

/** Mean absolute error; `undefined` without cases. */
export function meanAbsoluteError(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
): number | undefined {
  checkPairs(predictions, truths);
  return meanOfDefined(Array.from(truths, (truth, i) => Math.abs(truth - predictions[i]!)));
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
 *
 * @returns `undefined` where all predictions or all true values are the same
 */
export function spearman(
  predictions: ArrayLike<number>,
  truths: ArrayLike<number>,
): number | undefined {
  checkPairs(predictions, truths);
  const [a, b] = [ranksOf(predictions), ranksOf(truths)];
  // Ranks have this mean, ties or not.
  const mean = (a.length + 1) / 2;
  const product = (x: Float64Array, y: Float64Array) =>
    x.reduce((sum, rank, i) => sum + (rank - mean) * (y[i]! - mean), 0);
  const scale = Math.sqrt(product(a, a) * product(b, b));
  return scale > 0 ? product(a, b) / scale : undefined;
}

function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    // Ranks count from 1.
    for (let i = first; i < end; i++) ranks[order[i]!] = (first + end + 1) / 2;
    first = end;
  }
  return ranks;
}

function checkPairs(predictions: ArrayLike<number>, truths: ArrayLike<number>): void {
  if (predictions.length === truths.length) return;
  throw new EvaluationError(
    `${predictions.length} predictions of ${truths.length} values`,
    'Give one prediction for each case.',
  );
}
