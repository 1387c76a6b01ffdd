import { call, callOne, scope, type Tensor } from '@pcrl/torch';
import { rowSums } from './row-sums.js';

/** Keeps the division finite for a constant view. */
const TINY_DEVIATION = 1e-6;

/**
 * `sign(x) * |x|^gamma` with an exponent for each view (torchio's RandomGamma). Powers are taken view by
 * view: libtorch rounds them otherwise at the ends of the stretches it shares out to threads.
 *
 * @param views `[N, ...]`
 */
export function signedPower(views: Tensor, gammas: readonly number[]): Tensor {
  const magnitude = views.abs();
  gammas.forEach((gamma, item) => {
    call('aten::pow_.Scalar', magnitude.select(0, item), gamma);
  });
  return callOne('aten::copysign.Tensor', magnitude, views);
}

/**
 * Each view minus its mean, over its standard deviation (with n - 1). A constant view becomes zeros.
 *
 * @param views `[N, ...]`
 */
export function zNormalise(views: Tensor): Tensor {
  return scope(() => {
    const rows = views.reshape([views.shape[0]!, -1]);
    const count = rows.shape[1]!;
    const centred = rows.sub(rowSums(rows).div_(count));
    const squares = scope(() => rowSums(centred.mul(centred)));
    const deviations = squares.div_(count - 1).sqrt();
    return centred.div_(deviations.clamp_(TINY_DEVIATION)).reshape(views.shape);
  });
}
