import { cat, gradients, noGrad, scope, type Tensor } from '@pcrl/torch';
import type { ClassifyingNetwork } from '../classification-network.js';

/** How much each place in an image speaks for a class. */
export interface ActivationMap {
  /** Of the encoder's last map, `[H, W]` or `[X, Y, Z]`. */
  readonly size: readonly number[];
  /** Row-major; in logits where the last layer is linear. */
  readonly values: Float32Array;
}

/**
 * Class activation maps of one image.
 *
 * Where a linear layer reads the mean of the encoder's last map, the map weighted by that layer (CAM, Zhou
 * et al. 2016): its mean is the logit, less the bias. Elsewhere Grad-CAM (Selvaraju et al. 2017): the map
 * weighted by the mean gradient of the logit, negative values cut off.
 *
 * @param input `[1, C, ...]`
 * @returns one for each class
 */
export function activationMaps(net: ClassifyingNetwork, input: Tensor): readonly ActivationMap[] {
  return scope(() => {
    const features = noGrad(() => net.encoder.encode(input));
    const { head } = net;
    const maps = head ? noGrad(() => weighted(features, head.weight)) : gradCam(net, features);
    const size = features.shape.slice(2);
    const cells = size.reduce((product, side) => product * side, 1);
    const values = maps.toArray();
    return Array.from({ length: maps.dimension(0) }, (_, k) => ({
      size,
      values: Float32Array.from(values.slice(k * cells, (k + 1) * cells)),
    }));
  });
}

/** Maps `[1, C, ...]` summed with weights `[K, C]`: `[K, cells]`. */
function weighted(features: Tensor, weights: Tensor): Tensor {
  return weights.matmul(features.reshape([features.dimension(1), -1]));
}

function gradCam(net: ClassifyingNetwork, features: Tensor): Tensor {
  const map = features.detach();
  map.requiresGrad = true;
  const spatial = map.shape.map((_, axis) => axis).slice(2);
  const classes = net.logitsFrom(map).dimension(1);
  const weights = Array.from({ length: classes }, (_, k) => {
    const [gradient] = gradients(net.logitsFrom(map).narrow(1, k, 1).sum(), [map]);
    return noGrad(() => (gradient ?? map.mul(0)).mean(spatial));
  });
  return noGrad(() => weighted(features, cat(weights)).clamp(0));
}
