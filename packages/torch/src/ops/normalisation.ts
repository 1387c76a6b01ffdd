import { callOne } from '../door.js';
import type { Tensor } from '../tensor.js';

/** The running statistics that batch normalisation keeps; changed in place while training. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Batch normalisation over every axis but the second (Ioffe and Szegedy, 2015). */
export function batchNorm(
  input: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  running: RunningStatistics | null,
  { training, momentum = 0.1, eps = 1e-5 }: { training: boolean; momentum?: number; eps?: number },
): Tensor {
  const [mean, variance] = [running?.mean ?? null, running?.variance ?? null];
  return callOne(
    'aten::batch_norm',
    input,
    weight,
    bias,
    mean,
    variance,
    training,
    momentum,
    eps,
    true,
  );
}

/**
 * Normalises groups of channels within each sample (Wu and He, 2018), in the weight's type: autocast hands
 * on 16 bits, which libtorch's kernels for processors refuse beside weights of 32.
 */
export function groupNorm(
  input: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps = 1e-5,
): Tensor {
  const type = weight?.dtype ?? input.dtype;
  const converted = input.dtype === type ? input : input.to({ dtype: type });
  return callOne('aten::group_norm', converted, groups, weight, bias, eps, true);
}

/** Normalises each channel of each sample (Ulyanov et al., 2016). */
export function instanceNorm(
  input: Tensor,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  return callOne('aten::instance_norm', input, weight, bias, null, null, true, 0.1, eps, true);
}
