import { rankScores } from './auroc.js';

/** A point of a ROC curve: calling every score at or above `threshold` positive. */
export interface RocPoint {
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/**
 * The ROC curve, from (0, 0) with an infinite threshold to (1, 1), one point for each different
 * score. Empty when there is no positive or no negative case.
 *
 * @throws EvaluationError as `auroc` does
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocPoint[] {
  const { order, endsTie, positive } = rankScores(scores, labels);
  const positives = positive.reduce((sum, value) => sum + value, 0);
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return [];
  const points: RocPoint[] = [
    { threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 },
  ];
  let [truePositives, falsePositives] = [0, 0];
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const at = order[rank]!;
    if (positive[at] === 1) truePositives++;
    else falsePositives++;
    // Going down, a tie is complete when the case below it ends another one.
    if (rank > 0 && endsTie[rank - 1] === 0) continue;
    points.push({
      threshold: scores[at]!,
      falsePositiveRate: falsePositives / negatives,
      truePositiveRate: truePositives / positives,
    });
  }
  return points;
}
