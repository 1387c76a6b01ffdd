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

/**
 * The loss of a segmentation: Dice, or for each class Dice plus a weighted BCE. The released code takes
 * that BCE of the sigmoid of probabilities, which the last option reproduces.
 */
export function segmentationLoss(
  probabilities: Tensor,
  target: Tensor,
  { loss, bceWeight }: Pick<SegmentationSettings, 'loss' | 'bceWeight'>,
): Tensor {
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
