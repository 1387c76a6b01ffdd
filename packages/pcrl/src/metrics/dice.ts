import { EvaluationError } from '../errors.js';
import { meanOfDefined } from './auroc-per-class.js';

/**
 * Dice overlap of each class: 2 |P and T| / (|P| + |T|), and 1 where both are empty (Dice 1945).
 *
 * Classes that overlap (as the regions of a tumour do) are scored one binary mask at a time.
 *
 * @param prediction label of each voxel, 0 to 255
 * @param truth as `prediction`, in the same order
 * @param classes the label values to score
 * @returns one value, 0 to 1, for each of `classes`
 * @throws EvaluationError when the masks differ in length
 */
export function dice(
  prediction: Uint8Array,
  truth: Uint8Array,
  classes: readonly number[],
): number[] {
  if (prediction.length !== truth.length) {
    throw new EvaluationError(
      `a predicted mask of ${prediction.length} voxels and a true one of ${truth.length}`,
      'Resample the prediction to the grid of the labelled image before it is scored.',
    );
  }
  const predicted = new Float64Array(256);
  const wanted = new Float64Array(256);
  const shared = new Float64Array(256);
  for (let i = 0; i < truth.length; i++) {
    const p = prediction[i]!;
    const t = truth[i]!;
    predicted[p] = predicted[p]! + 1;
    wanted[t] = wanted[t]! + 1;
    if (p === t) shared[p] = shared[p]! + 1;
  }
  return classes.map((label) => {
    const total = predicted[label]! + wanted[label]!;
    return total === 0 ? 1 : (2 * shared[label]!) / total;
  });
}

/** Dice over a set of cases. */
export interface DiceOverCases {
  /** Mean over the cases, one value a class. */
  readonly perClass: readonly number[];
  /** Mean over the classes of each case. */
  readonly perCase: readonly number[];
  /** Mean of `perClass`. */
  readonly mean: number;
}

/**
 * Averages what {@link dice} gave for each case.
 *
 * @throws EvaluationError without cases or without classes
 */
export function diceOverCases(cases: readonly (readonly number[])[]): DiceOverCases {
  const perCase = cases.map((values) => meanOfDefined(values));
  const perClass = (cases[0] ?? []).map((_, at) =>
    meanOfDefined(cases.map((values) => values[at])),
  );
  const mean = meanOfDefined(perClass);
  if (mean === undefined) {
    throw new EvaluationError('there is no case to average Dice over', 'Give at least one case.');
  }
  return { perClass: perClass as number[], perCase: perCase as number[], mean };
}
