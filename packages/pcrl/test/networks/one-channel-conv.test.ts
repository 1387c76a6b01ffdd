import { conv, gradients, RandomStream, scope, tensor } from '@pcrl/torch';
import { expect, it } from 'vitest';
import { OneChannelConv3D } from '../../src/networks/one-channel-conv.js';

const random = new RandomStream(0, 'test');

it.each([
  [2, [4, 6, 5]],
  [1, [1, 3, 2]],
])('equals the convolution, forward and backward: batch %i, %o', (batch, size) => {
  scope(() => {
    using layer = new OneChannelConv3D(7, random);
    const shape = [batch, 7, ...size];
    const values = new Float32Array(shape.reduce((all, length) => all * length, 1));
    const input = tensor(random.fillNormal(values), shape);
    input.requiresGrad = true;
    const leaves = [input, layer.weight, layer.bias!];
    const outputs = [
      layer.forward(input),
      conv(input, layer.weight, layer.bias, { padding: 1 }),
    ] as const;
    const weights = outputs[0].detach().add(1);
    const [ours, plain] = outputs.map((output) => [
      output,
      ...gradients(output.mul(weights).sum(), leaves),
    ]);
    expect(ours![0]!.shape).toEqual(plain![0]!.shape);
    for (const [index, value] of ours!.entries()) {
      expect(value!.sub(plain![index]!).abs().max().item()).toBeLessThan(2e-4);
    }
  });
});
