import { type Tensor, tensor } from '@pcrl/torch';
import { auroc, meanOfDefined } from '../../metrics/index.js';
import type { FeatureTable } from './features.js';
import { type LinearClassifier, logisticRegression } from './logistic-regression.js';

/** A linear classifier for each class, on features as they come. */
export interface LinearProbe {
  readonly classifiers: readonly LinearClassifier[];
  readonly penalty: number;
}

/** From strong to weak: where two validate alike the stronger one stays. */
export const PENALTIES = [1e4, 1e3, 1e2, 1e1, 1, 1e-1, 1e-2];
/** scikit-learn's, where there is nothing to choose by. */
export const PENALTY_WITHOUT_VALIDATION = 1;

/**
 * Logistic regression of each class on its known labels. Features are standardised by the labelled cases;
 * the classifiers that are returned take them as they come.
 *
 * @param penalty `auto` takes the one with the best mean AUROC on the validation cases
 */
export function linearProbe(
  labelled: FeatureTable,
  validation: FeatureTable,
  penalty: number | 'auto',
): LinearProbe {
  const scale = scaleOf(labelled);
  const problems = labelled.classes.map((_, at) => problemOf(labelled, at, scale));
  const solve = (strength: number, before?: readonly LinearClassifier[]) =>
    problems.map(({ features, labels }, at) =>
      logisticRegression(features, labels, strength, before?.[at]),
    );
  try {
    const isChosen = penalty === 'auto' && validation.rows.length > 0;
    const fixed = penalty === 'auto' ? PENALTY_WITHOUT_VALIDATION : penalty;
    let solved: readonly LinearClassifier[] | undefined;
    let best: (LinearProbe & { readonly score: number }) | undefined;
    for (const strength of isChosen ? PENALTIES : [fixed]) {
      solved = solve(strength, solved);
      const classifiers = solved.map((classifier) => unscaled(classifier, scale));
      const score = isChosen ? meanAuroc(classifiers, validation) : 0;
      if (!best || score > best.score) best = { classifiers, penalty: strength, score };
    }
    return best!;
  } finally {
    for (const { features } of problems) features.dispose();
  }
}

/** Mean and deviation of each feature. */
export interface Scale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** The scale of the features of labelled cases. */
export function scaleOf({ rows, width }: FeatureTable): Scale {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += row[i]! / rows.length;
  for (const row of rows) {
    for (let i = 0; i < width; i++) deviation[i]! += (row[i]! - mean[i]!) ** 2 / rows.length;
  }
  // A feature that is the same everywhere tells nothing; it is left as it is.
  for (let i = 0; i < width; i++) deviation[i] = Math.sqrt(deviation[i]!) || 1;
  return { mean, deviation };
}

function problemOf({ rows, labels, width }: FeatureTable, at: number, { mean, deviation }: Scale) {
  const known = rows.flatMap((_, n) => (Number.isNaN(labels[n]![at]) ? [] : [n]));
  const values = new Float64Array(known.length * width);
  known.forEach((n, place) => {
    for (let i = 0; i < width; i++) {
      values[place * width + i] = (rows[n]![i]! - mean[i]!) / deviation[i]!;
    }
  });
  const features: Tensor = tensor(values, [known.length, width]);
  return { features, labels: known.map((n) => labels[n]![at]!) };
}

/** What was found for standardised features, for features as they come. */
export function unscaled({ weights, bias }: LinearClassifier, { mean, deviation }: Scale) {
  const raw = weights.map((weight, i) => weight / deviation[i]!);
  return { weights: raw, bias: bias - raw.reduce((sum, weight, i) => sum + weight * mean[i]!, 0) };
}

function meanAuroc(
  classifiers: readonly LinearClassifier[],
  { rows, labels }: FeatureTable,
): number {
  const values = classifiers.map(({ weights, bias }, at) => {
    const scores = rows.map((row) => weights.reduce((sum, w, i) => sum + w * row[i]!, bias));
    return auroc(
      scores,
      labels.map((row) => row[at]!),
    );
  });
  return meanOfDefined(values) ?? 0;
}
