import {
  conv,
  convTranspose,
  gradients,
  interpolate,
  RandomStream,
  scope,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import {
  composingPays,
  transposedConvThenConv,
  upsampledConv,
} from '../../src/networks/fused-upsampling.js';

const TOLERANCE = 1e-12;

const random = new RandomStream(0, 'test');

function leaf(shape: readonly number[]): Tensor {
  const values = new Float64Array(shape.reduce((all, length) => all * length, 1));
  for (let index = 0; index < values.length; index++) values[index] = random.normal();
  const made = tensor(values, shape);
  made.requiresGrad = true;
  return made;
}

/** Output and gradients of `one` and `other` agree, for a loss that weights every output differently. */
function expectEqual(leaves: readonly Tensor[], one: () => Tensor, other: () => Tensor): void {
  const [first, second] = [one(), other()];
  expect(first.shape).toEqual(second.shape);
  const weights = leaf(first.shape).detach();
  const grads = [first, second].map((output) => gradients(output.mul(weights).sum(), leaves));
  const pairs = [[first, second], ...leaves.map((_, i) => [grads[0]![i]!, grads[1]![i]!])];
  for (const [a, b] of pairs as [Tensor, Tensor][]) {
    const scale = Math.max(1, b.abs().max().item());
    expect(a.sub(b).abs().max().item() / scale).toBeLessThan(TOLERANCE);
  }
}

describe('nearest x2 and a convolution as one', () => {
  it.each([
    [2, 3, [4, 6]],
    [1, 5, [7, 3]],
    [3, 2, [1, 1]],
    [1, 2, [3, 2, 5]],
  ])('equals the two in turn: batch %i, %i channels, %o', (batch, to, size) => {
    scope(() => {
      const input = leaf([batch, 4, ...size]);
      const weight = leaf([to, 4, ...size.map(() => 3)]);
      const bias = leaf([to]);
      expectEqual(
        [input, weight, bias],
        () => upsampledConv(input, weight, bias),
        () => conv(interpolate(input, { scale: 2 }, 'nearest'), weight, bias, { padding: 1 }),
      );
    });
  });
});

describe('a transposed convolution and a convolution as one', () => {
  it.each([
    [2, [4, 6, 2]],
    [3, [3, 5, 7]],
    [2, [1, 8, 8]],
    [1, [9, 9, 9]],
    [40, [1, 1, 1]],
  ])('equals the two in turn: batch %i, %o', (batch, size) => {
    scope(() => {
      const input = leaf([batch, 3, ...size]);
      const up = { weight: leaf([3, 4, 2, 2, 2]), bias: leaf([4]) };
      const next = { weight: leaf([2, 4, 3, 3, 3]), bias: leaf([2]) };
      expectEqual(
        [input, up.weight, up.bias, next.weight, next.bias],
        () => transposedConvThenConv(input, up, next),
        () => {
          const doubled = convTranspose(input, up.weight, up.bias, { stride: 2 });
          return conv(doubled, next.weight, next.bias, { padding: 1 });
        },
      );
    });
  });

  it('is composed at the fine levels and left alone at the coarsest', () => {
    const pays = (batch: number, channels: number, ...size: number[]) =>
      composingPays(
        [batch, channels, ...size],
        [channels, channels, 2, 2, 2],
        [channels / 2, channels, 3, 3, 3],
      );
    expect(pays(1, 128, 32, 32, 16)).toBe(true);
    expect(pays(4, 256, 16, 16, 8)).toBe(true);
    expect(pays(1, 512, 8, 8, 4)).toBe(false);
    expect(pays(24, 512, 2, 2, 2)).toBe(false);
  });
});
