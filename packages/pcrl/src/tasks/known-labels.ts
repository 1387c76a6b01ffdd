import { binaryCrossEntropyWithLogits, type Tensor, tensor } from '@pcrl/torch';
import type { LoadedCase } from './task.js';

/** The labels of a batch, `[N, classes]`, and which of them are known; null where all are. */
export interface KnownLabels {
  /** 0 where a label is not known. */
  readonly labels: Tensor;
  /** 1 where a label is known, 0 elsewhere. */
  readonly known: Tensor | null;
}

/** Puts the labels of cases into tensors; NaN stands for a label that is not known. */
export function knownLabels(items: readonly LoadedCase[], device: string): KnownLabels {
  const given = items.flatMap(({ item }) => item.labels ?? []);
  const shape = [items.length, given.length / items.length];
  const onDevice = (values: readonly number[]) =>
    tensor(Float32Array.from(values), shape, { device });
  if (!given.some(Number.isNaN)) return { labels: onDevice(given), known: null };
  return {
    labels: onDevice(given.map((label) => (Number.isNaN(label) ? 0 : label))),
    known: onDevice(given.map((label) => (Number.isNaN(label) ? 0 : 1))),
  };
}

/**
 * Mean binary cross-entropy over the labels that are known; 0 where none is.
 *
 * @param weights of the positive cases of each class
 */
export function lossOfKnown(
  logits: Tensor,
  { labels, known }: KnownLabels,
  weights?: readonly number[],
): Tensor {
  if (!known && !weights) return binaryCrossEntropyWithLogits(logits, labels);
  const losses = weightedLosses(logits, labels, weights);
  if (!known) return losses.mean();
  return losses.mul(known).sum().div(known.sum().clamp(1));
}

/** {@link lossOfKnown} of each case on its own, `[N]`. */
export function lossesOfKnown(
  logits: Tensor,
  { labels, known }: KnownLabels,
  weights?: readonly number[],
): Tensor {
  const losses = weightedLosses(logits, labels, weights);
  if (!known) return losses.mean(1);
  return losses.mul(known).sum(1).div(known.sum(1).clamp(1));
}

/** `[N, classes]`; a positive case counts as often as the weight of its class says. */
function weightedLosses(
  logits: Tensor,
  labels: Tensor,
  weights: readonly number[] | undefined,
): Tensor {
  const losses = binaryCrossEntropyWithLogits(logits, labels, 'none');
  if (!weights) return losses;
  const more = Float32Array.from(weights, (weight) => weight - 1);
  const factors = labels.mul(tensor(more, [1, more.length], { device: logits.device })).add(1);
  return losses.mul(factors);
}
