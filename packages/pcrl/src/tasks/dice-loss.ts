import { binaryCrossEntropy, binaryCrossEntropyWithLogits, scope, type Tensor } from '@pcrl/torch';
import type { SegmentationSettings } from '../settings/index.js';

/** Keeps the loss of a class that is neither predicted nor there at 0 (the released code's value). */
const SMOOTH = 1e-5;

/**
 * Dice loss of each class: `1 - (2 sum(p t) + s) / (sum p + sum t + s)` over the voxels of each sample,
 * averaged over the batch; summed over the classes.
 *
 * @param probabilities `[N, K, ...]`
 * @param target 0 and 1, of the same shape
 */
export function diceLoss(probabilities: Tensor, target: Tensor): Tensor {
  return scope(() => diceOf(overlapOf(probabilities, target)));
}

/** Sums over the voxels of each sample and class, `[N, K]`. */
export interface Overlap {
  /** sum(p t) */
  readonly shared: Tensor;
  /** sum p */
  readonly predicted: Tensor;
  /** sum t */
  readonly wanted: Tensor;
}

/** What an overlap loss is made of; sums of parts of a volume add up to those of the whole. */
export function overlapOf(probabilities: Tensor, target: Tensor): Overlap {
  const voxels = probabilities.shape.map((_, axis) => axis).slice(2);
  return {
    shared: scope(() => probabilities.mul(target).sum(voxels)),
    predicted: probabilities.sum(voxels),
    wanted: target.sum(voxels),
  };
}

function diceOf({ shared, predicted, wanted }: Overlap): Tensor {
  const overlap = shared.mul(2).add(SMOOTH).div(predicted.add(wanted).add(SMOOTH));
  return overlap.neg().add(1).mean(0).sum();
}

/** Weights of false positives and false negatives, and what keeps an absent class finite (section 5.3). */
const TVERSKY = { falsePositives: 0.3, falseNegatives: 0.7, smooth: 1 } as const;

/**
 * Tversky loss of each class, which punishes what is missed more than what is invented:
 * `1 - (sum(p t) + 1) / (sum(p t) + 0.3 sum(p (1 - t)) + 0.7 sum((1 - p) t) + 1)` over the voxels of each
 * sample, averaged over the batch; summed over the classes.
 */
export function tverskyLoss(probabilities: Tensor, target: Tensor): Tensor {
  return scope(() => tverskyOf(overlapOf(probabilities, target)));
}

function tverskyOf({ shared, predicted, wanted }: Overlap): Tensor {
  const weighted = predicted
    .sub(shared)
    .mul(TVERSKY.falsePositives)
    .add(wanted.sub(shared).mul(TVERSKY.falseNegatives));
  const found = shared.add(TVERSKY.smooth);
  return found.div(found.add(weighted)).neg().add(1).mean(0).sum();
}

type LossSettings = Pick<SegmentationSettings, 'loss' | 'bceWeight'>;

/**
 * The loss of a segmentation: Tversky, Dice, or for each class Dice plus a weighted BCE. The released code takes
 * that BCE of the sigmoid of probabilities, which the last option reproduces.
 */
export function segmentationLoss(
  probabilities: Tensor,
  target: Tensor,
  settings: LossSettings,
): Tensor {
  return scope(() => {
    const overlap = overlapOf(probabilities, target);
    const isPlain = !hasCrossEntropy(settings);
    return lossOf(
      overlap,
      isPlain ? null : crossEntropyOf(probabilities, target, settings, 'mean'),
      settings,
    );
  });
}

/** The loss from its parts. @param crossEntropy mean over voxels and classes; null where it has no part in it */
export function lossOf(
  overlap: Overlap,
  crossEntropy: Tensor | null,
  { loss, bceWeight }: LossSettings,
): Tensor {
  if (loss === 'tversky') return tverskyOf(overlap);
  const dice = diceOf(overlap);
  // The mean over classes times their number is the sum over classes.
  const classes = overlap.shared.dimension(1);
  return crossEntropy ? dice.add(crossEntropy.mul(bceWeight * classes)) : dice;
}

export function hasCrossEntropy({ loss, bceWeight }: LossSettings): boolean {
  return (loss === 'dice+bce' || loss === 'dice+bce-double-sigmoid') && bceWeight > 0;
}

export function crossEntropyOf(
  probabilities: Tensor,
  target: Tensor,
  { loss }: LossSettings,
  reduction: 'mean' | 'sum',
): Tensor {
  return loss === 'dice+bce'
    ? binaryCrossEntropy(probabilities, target, reduction)
    : binaryCrossEntropyWithLogits(probabilities, target, reduction);
}
