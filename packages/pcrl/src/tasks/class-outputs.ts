import { crossEntropy, type Tensor, tensor } from '@pcrl/torch';
import type { Case } from '../datasets/index.js';
import { knownLabels, lossesOfKnown, lossOfKnown } from './known-labels.js';
import type { LoadedCase } from './task.js';

/** How logits `[N, classes]` become scores and losses. */
export interface ClassOutputs {
  /** `[N, classes]`, each from 0 to 1. */
  scores(logits: Tensor): Tensor;
  /** Mean over a batch, a scalar. */
  loss(logits: Tensor, items: readonly LoadedCase[], weights?: readonly number[]): Tensor;
  /** Of each case, `[N]`. */
  losses(logits: Tensor, items: readonly LoadedCase[], weights?: readonly number[]): Tensor;
  /** Weights of the classes that make up for how rare each is among the labelled cases. */
  balancing(labelled: readonly Case[], classes: number): readonly number[];
}

/** A case has any number of the classes: a sigmoid and binary cross-entropy for each. */
export const anyOfClasses: ClassOutputs = {
  scores: (logits) => logits.sigmoid(),
  loss: (logits, items, weights) => lossOfKnown(logits, knownLabels(items, logits.device), weights),
  losses: (logits, items, weights) =>
    lossesOfKnown(logits, knownLabels(items, logits.device), weights),
  // Negative cases for each positive one.
  balancing: (labelled, classes) =>
    Array.from({ length: classes }, (_, at) => {
      const [positive, negative] = [countOf(labelled, at, 1), countOf(labelled, at, 0)];
      return positive > 0 && negative > 0 ? negative / positive : 1;
    }),
};

/** A case has exactly one of the classes: softmax and cross-entropy. */
export const oneOfTheClasses: ClassOutputs = {
  scores: (logits) => logits.softmax(1),
  loss: (logits, items, weights) =>
    crossEntropy(logits, classOf(items, logits.device), 'mean', onDevice(weights, logits)),
  losses: (logits, items, weights) =>
    crossEntropy(logits, classOf(items, logits.device), 'none', onDevice(weights, logits)),
  // The mean weight over the labelled cases is 1.
  balancing: (labelled, classes) =>
    Array.from({ length: classes }, (_, at) => {
      const count = countOf(labelled, at, 1);
      return count > 0 ? labelled.length / (classes * count) : 1;
    }),
};

function countOf(cases: readonly Case[], at: number, label: 0 | 1): number {
  return cases.filter(({ labels }) => labels?.[at] === label).length;
}

/** The number of each case's class, `[N]`. */
function classOf(items: readonly LoadedCase[], device: string): Tensor {
  const numbers = items.map(({ item }) => BigInt(item.labels?.indexOf(1) ?? 0));
  return tensor(BigInt64Array.from(numbers), [numbers.length], { device });
}

function onDevice(weights: readonly number[] | undefined, { device }: Tensor): Tensor | null {
  return weights ? tensor(Float32Array.from(weights), [weights.length], { device }) : null;
}
