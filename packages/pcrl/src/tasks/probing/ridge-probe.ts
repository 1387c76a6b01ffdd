import { callOne, scope, type Tensor, tensor } from '@pcrl/torch';
import { rSquared } from '../../metrics/index.js';
import type { FeatureTable } from './features.js';
import {
  type LinearProbe,
  PENALTIES,
  PENALTY_WITHOUT_VALIDATION,
  type Scale,
  scaleOf,
  unscaled,
} from './linear-probe.js';
import type { LinearClassifier } from './logistic-regression.js';

/**
 * Ridge regression of a number, on its scale among the labelled cases (mean 0, deviation 1), from features that
 * are standardised by them: minimises half the squared errors and `penalty / 2 |weights|^2`. This is
 * scikit-learn's objective with `alpha = penalty`.
 *
 * @param penalty `auto` takes the one with the best R² on the validation cases
 */
export function ridgeProbe(
  labelled: FeatureTable,
  validation: FeatureTable,
  penalty: number | 'auto',
): LinearProbe {
  return scope(() => {
    const scale = scaleOf(labelled);
    const { gram, moments } = normalEquations(labelled, scale);
    const isChosen = penalty === 'auto' && validation.rows.length > 1;
    const fixed = penalty === 'auto' ? PENALTY_WITHOUT_VALIDATION : penalty;
    let best: (LinearProbe & { readonly score: number }) | undefined;
    for (const strength of isChosen ? PENALTIES : [fixed]) {
      const classifier = unscaled(solve(gram, moments, strength), scale);
      const score = isChosen ? scoreOf(classifier, validation, labelled) : 0;
      if (!best || score > best.score)
        best = { classifiers: [classifier], penalty: strength, score };
    }
    return best!;
  });
}

/** `X'X` and `X'y` of standardised features and targets: both have the mean 0, so the bias is 0. */
function normalEquations({ rows, labels, width }: FeatureTable, { mean, deviation }: Scale) {
  const features = new Float64Array(rows.length * width);
  rows.forEach((row, n) => {
    for (let i = 0; i < width; i++) {
      features[n * width + i] = (row[i]! - mean[i]!) / deviation[i]!;
    }
  });
  const targets = numberScale(labels);
  const values = Float64Array.from(
    labels,
    ([label]) => (label! - targets.mean) / targets.deviation,
  );
  const inputs = tensor(features, [rows.length, width]);
  const transposed = inputs.transpose(0, 1);
  return {
    gram: transposed.matmul(inputs),
    moments: transposed.matmul(tensor(values, [rows.length])),
  };
}

function solve(gram: Tensor, moments: Tensor, penalty: number): LinearClassifier {
  return scope(() => {
    const width = moments.dimension(0);
    const ridge = callOne('aten::diag', tensor(new Float64Array(width).fill(penalty), [width]));
    const weights = callOne('aten::linalg_solve', gram.add(ridge), moments).toArray();
    return { weights: Float64Array.from(weights), bias: 0 };
  });
}

function scoreOf(
  { weights, bias }: LinearClassifier,
  { rows, labels }: FeatureTable,
  labelled: FeatureTable,
): number {
  const { mean, deviation } = numberScale(labelled.labels);
  const values = rows.map(
    (row) => mean + deviation * weights.reduce((sum, weight, i) => sum + weight * row[i]!, bias),
  );
  const truths = labels.map(([label]) => label!);
  return rSquared(values, truths) ?? Number.NEGATIVE_INFINITY;
}

function numberScale(labels: FeatureTable['labels']) {
  const values = labels.map(([label]) => label!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}
