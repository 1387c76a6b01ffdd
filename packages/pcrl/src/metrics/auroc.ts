import { EvaluationError } from '../errors.js';

/**
 * Cases in order of rising score, ready to be scored under any weights.
 *
 * Sorting once makes each resample of a bootstrap a single pass.
 */
export interface RankedScores {
  /** Indices of the cases with a label, by rising score. */
  readonly order: Uint32Array;
  /** 1 for the last case of a run of equal scores, in that order. */
  readonly endsTie: Uint8Array;
  /** 1 for positive, 0 for negative or without a label, by case. */
  readonly positive: Uint8Array;
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative,
 * where ties count one half (Hanley and McNeil 1982; equal to the rank sum with mid-ranks).
 *
 * @param scores one a case, any finite numbers; higher means more likely positive
 * @param labels one a case: 1, 0, or NaN for a case without a label, which is left out
 * @returns 0 to 1, or `undefined` when there is no positive or no negative case
 * @throws EvaluationError for scores that are not finite, labels other than these, other lengths
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | undefined {
  return rankedAuroc(rankScores(scores, labels));
}

/** Checks and sorts; see {@link auroc} for what is asked of the arguments. */
export function rankScores(scores: ArrayLike<number>, labels: ArrayLike<number>): RankedScores {
  checkScores(scores, labels);
  const cases = Uint32Array.from({ length: scores.length }, (_, i) => i);
  const order = cases.filter((i) => !Number.isNaN(labels[i]));
  order.sort((a, b) => scores[a]! - scores[b]!);
  const endsTie = Uint8Array.from(order, (at, rank) => {
    const next = order[rank + 1];
    return next === undefined || scores[next] !== scores[at] ? 1 : 0;
  });
  return { order, endsTie, positive: Uint8Array.from(labels) };
}

/**
 * {@link auroc} of ranked scores, where case i counts `weights[i]` times.
 *
 * @param weights whole numbers by case; all 1 when left out
 */
export function rankedAuroc(ranked: RankedScores, weights?: ArrayLike<number>): number | undefined {
  const { order, endsTie, positive } = ranked;
  let [won, positives, negatives] = [0, 0, 0];
  let [tiedPositives, tiedNegatives] = [0, 0];
  for (let rank = 0; rank < order.length; rank++) {
    const at = order[rank]!;
    const weight = weights === undefined ? 1 : weights[at]!;
    if (positive[at] === 1) tiedPositives += weight;
    else tiedNegatives += weight;
    if (endsTie[rank] === 0) continue;
    won += tiedPositives * (negatives + tiedNegatives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    tiedPositives = 0;
    tiedNegatives = 0;
  }
  return positives === 0 || negatives === 0 ? undefined : won / (positives * negatives);
}

function checkScores(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (scores.length !== labels.length) {
    throw new EvaluationError(
      `${scores.length} scores but ${labels.length} labels`,
      'Give one score and one label a case.',
    );
  }
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      throw new EvaluationError(
        `the score of case ${i} is ${scores[i]}`,
        'The network gave no finite number; look at the loss of the run that made it.',
      );
    }
    if (labels[i] !== 0 && labels[i] !== 1 && !Number.isNaN(labels[i])) {
      throw new EvaluationError(
        `the label of case ${i} is ${labels[i]}`,
        'AUROC wants 1 (positive), 0 (negative) or NaN (not known).',
      );
    }
  }
}
