import {
  BatchNorm,
  globalAveragePool,
  Layer,
  Linear,
  type RandomStream,
  ReLU,
  Sequential,
  scope,
  type Tensor,
  xavierUniform,
} from '@pcrl/torch';

/** A view's feature vector and what the predictor makes of it, both `[N, C]`. */
export interface Projection {
  /** v_i = BN(GAP(F_i)) (eq. 5). */
  readonly projected: Tensor;
  /** p_i = FC2(ReLU(BN(FC1(v_i)))) (eq. 6). */
  readonly predicted: Tensor;
}

/** The predictor: it widens to twice the channels, unlike SimSiam's bottleneck. */
export function predictorHead(channels: number, axes: 2 | 3, random: RandomStream): Sequential {
  const start = axes === 2 ? { initialise: xavierUniform, zeroBias: true } : {};
  return new Sequential([
    new Linear({ from: channels, to: 2 * channels, ...start }, random),
    new BatchNorm(2 * channels),
    new ReLU(true),
    new Linear({ from: 2 * channels, to: channels, ...start }, random),
  ]);
}

/** Projects and predicts from a feature map `[N, C, ...]`. */
export function project(features: Tensor, norm: BatchNorm, predictor: Sequential): Projection {
  return scope(() => {
    const projected = norm.forward(globalAveragePool(features));
    return { projected, predicted: predictor.forward(projected) };
  });
}

/** Leaves its input as it is. */
export class Identity extends Layer {
  forward(input: Tensor): Tensor {
    return input;
  }
}
