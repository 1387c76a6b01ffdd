import { cosineSimilarity, scope, type Tensor } from '@pcrl/torch';
import type { Projection } from '../networks/index.js';

/** Mean over the batch of cos(prediction, sg(target)); both `[N, C]`. */
function agreement(prediction: Tensor, target: Tensor): Tensor {
  const wide = (tensor: Tensor) => tensor.to({ dtype: 'f32' });
  return cosineSimilarity(wide(prediction), wide(target.detach())).mean();
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
 * How far the projections `[N, C]` of a batch spread: the standard deviation over the batch of v / |v|,
 * mean over features, divided by its healthy value 1 / sqrt(C). Near 0 is collapse.
 */
export function spread(projected: Tensor): Tensor {
  return scope(() => {
    const wide = projected.detach().to({ dtype: 'f32' });
    const unit = wide.div(wide.norm(1, true).clamp(1e-8));
    return unit
      .std(0)
      .mean()
      .mul(Math.sqrt(projected.dimension(1)));
  });
}
