import { callOne } from '../door.js';
import type { Tensor } from '../tensor.js';

/** How a loss joins its elements: libtorch's reduction codes. */
const reductions = { none: 0, mean: 1, sum: 2 } as const;
export type Reduction = keyof typeof reductions;

/** The mean squared error. */
export function mseLoss(prediction: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return callOne('aten::mse_loss', prediction, target, reductions[reduction]);
}

/** Binary cross-entropy of probabilities. */
export function binaryCrossEntropy(
  probability: Tensor,
  target: Tensor,
  reduction: Reduction = 'mean',
): Tensor {
  return callOne('aten::binary_cross_entropy', probability, target, null, reductions[reduction]);
}

/** Binary cross-entropy of logits, stable for large ones. */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  reduction: Reduction = 'mean',
): Tensor {
  return callOne(
    'aten::binary_cross_entropy_with_logits',
    logits,
    target,
    null,
    null,
    reductions[reduction],
  );
}

/**
 * Cross-entropy of logits `[N, classes, ...]` with class numbers `[N, ...]` (i64).
 *
 * @param weights `[classes]`, of the loss of each class; the mean is over the weights
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  reduction: Reduction = 'mean',
  weights: Tensor | null = null,
): Tensor {
  return callOne('aten::cross_entropy_loss', logits, target, weights, reductions[reduction]);
}

/** `sum(a * b) / (max(|a|, eps) * max(|b|, eps))` along an axis. */
export function cosineSimilarity(a: Tensor, b: Tensor, axis = 1, eps = 1e-8): Tensor {
  return callOne('aten::cosine_similarity', a, b, axis, eps);
}
