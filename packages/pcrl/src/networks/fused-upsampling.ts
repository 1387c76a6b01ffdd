import { conv, convTranspose, interpolate, type Tensor } from '@pcrl/torch';

/** Nearest-neighbour x2 of `[N, C, H, W]`, then a 3x3 convolution with padding 1. */
export function upsampledConv(input: Tensor, weight: Tensor): Tensor {
  return conv(interpolate(input, { scale: 2 }, 'nearest'), weight, null, { padding: 1 });
}

/** A 2x2x2 transposed convolution with stride 2, then a 3x3x3 convolution with padding 1. */
export function transposedConvThenConv(
  input: Tensor,
  up: { readonly weight: Tensor; readonly bias: Tensor },
  next: { readonly weight: Tensor; readonly bias: Tensor | null },
): Tensor {
  const doubled = convTranspose(input, up.weight, up.bias, { stride: 2 });
  return conv(doubled, next.weight, next.bias, { padding: 1 });
}
