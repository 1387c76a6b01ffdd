import { cosineSimilarity, scope, type Tensor } from '@pcrl/torch';
import type { Projection } from '../networks/index.js';

/**
 * Mean over the batch of cos(prediction, sg(target)); both `[N, C]`. Of `[N, levels, C]` the mean over all
 * pairs of a level of the one with a level of the other as well.
 */
function agreement(prediction: Tensor, target: Tensor): Tensor {
  const wide = (tensor: Tensor) => tensor.to({ dtype: 'f32' });
  const [predicted, fixed] = [wide(prediction), wide(target.detach())];
  if (predicted.shape.length === 2) return cosineSimilarity(predicted, fixed).mean();
  return unit(predicted).matmul(unit(fixed).transpose(1, 2)).mean();
}

/** v / |v| along the last axis. */
function unit(vectors: Tensor): Tensor {
  return vectors.div(vectors.norm(-1, true).clamp(1e-8));
}

/**
 * L_C = -1/2 (cos(sg(v), p^s) + cos(p, sg(v^s))) (eq. 7 to 9, with the sign that makes views agree).
 * Symmetric in its two views; -1 when they agree fully.
 */
export function comparisonLoss(one: Projection, other: Projection): Tensor {
  return scope(() => {
    const sum = agreement(one.predicted, other.projected).add(
      agreement(other.predicted, one.projected),
    );
    return sum.mul(-0.5);
  });
}

/**
 * How far the projections `[N, C]` or `[N, levels, C]` of a batch spread: the standard deviation over the batch of v / |v|,
 * mean over features, divided by its healthy value 1 / sqrt(C). Near 0 is collapse.
 */
export function spread(projected: Tensor): Tensor {
  return scope(() => {
    const features = projected.dimension(projected.shape.length - 1);
    return unit(projected.detach().to({ dtype: 'f32' }))
      .std(0)
      .mean()
      .mul(Math.sqrt(features));
  });
}
