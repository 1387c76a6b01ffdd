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
  return scope(() => {
    const voxels = probabilities.shape.map((_, axis) => axis).slice(2);
    const shared = probabilities.mul(target).sum(voxels);
    const total = probabilities.sum(voxels).add(target.sum(voxels));
    const overlap = shared.mul(2).add(SMOOTH).div(total.add(SMOOTH));
    return overlap.neg().add(1).mean(0).sum();
  });
}

/** Weights of false positives and false negatives, and what keeps an absent class finite (section 5.3). */
const TVERSKY = { falsePositives: 0.3, falseNegatives: 0.7, smooth: 1 } as const;

/**
 * Tversky loss of each class, which punishes what is missed more than what is invented:
 * `1 - (sum(p t) + 1) / (sum(p t) + 0.3 sum(p (1 - t)) + 0.7 sum((1 - p) t) + 1)` over the voxels of each
 * sample, averaged over the batch; summed over the classes.
 */
export function tverskyLoss(probabilities: Tensor, target: Tensor): Tensor {
  return scope(() => {
    const voxels = probabilities.shape.map((_, axis) => axis).slice(2);
    const shared = probabilities.mul(target).sum(voxels);
    const falsePositives = probabilities.sum(voxels).sub(shared);
    const falseNegatives = target.sum(voxels).sub(shared);
    const weighted = falsePositives
      .mul(TVERSKY.falsePositives)
      .add(falseNegatives.mul(TVERSKY.falseNegatives));
    const found = shared.add(TVERSKY.smooth);
    return found.div(found.add(weighted)).neg().add(1).mean(0).sum();
  });
}

/**
 * The loss of a segmentation: Tversky, Dice, or for each class Dice plus a weighted BCE. The released code takes
 * that BCE of the sigmoid of probabilities, which the last option reproduces.
 */
export function segmentationLoss(
  probabilities: Tensor,
  target: Tensor,
  { loss, bceWeight }: Pick<SegmentationSettings, 'loss' | 'bceWeight'>,
): Tensor {
  if (loss === 'tversky') return tverskyLoss(probabilities, target);
  return scope(() => {
    const dice = diceLoss(probabilities, target);
    if (loss === 'dice' || bceWeight === 0) return dice;
    const bce =
      loss === 'dice+bce'
        ? binaryCrossEntropy(probabilities, target)
        : binaryCrossEntropyWithLogits(probabilities, target);
    // The mean over classes times their number is the sum over classes.
    return dice.add(bce.mul(bceWeight * probabilities.dimension(1)));
  });
}
