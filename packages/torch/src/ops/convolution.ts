import { callOne } from '../door.js';
import type { Tensor } from '../tensor.js';

/** Strides, padding and groups; one number serves every axis. */
export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/**
 * A convolution in 2D or 3D, as the rank of the weight says.
 *
 * @param input `[N, C, H, W]` or `[N, C, D, H, W]`
 * @param weight `[out, in / groups, ...kernel]`
 */
export function conv(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  { stride = 1, padding = 0, groups = 1 }: ConvolutionOptions = {},
): Tensor {
  const axes = weight.shape.length - 2;
  const every = (value: number) => new Array<number>(axes).fill(value);
  return callOne(
    `aten::conv${axes}d`,
    input,
    weight,
    bias,
    every(stride),
    every(padding),
    every(1),
    groups,
  );
}

/**
 * A transposed convolution in 2D or 3D.
 *
 * @param weight `[in, out, ...kernel]`
 */
export function convTranspose(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  { stride = 1, padding = 0, groups = 1 }: ConvolutionOptions = {},
): Tensor {
  const axes = weight.shape.length - 2;
  const every = (value: number) => new Array<number>(axes).fill(value);
  return callOne(
    `aten::conv_transpose${axes}d.input`,
    input,
    weight,
    bias,
    every(stride),
    every(padding),
    every(0),
    groups,
  );
}

/** `input @ weight^T + bias`; weight `[out, in]`. */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return callOne('aten::linear', input, weight, bias);
}
