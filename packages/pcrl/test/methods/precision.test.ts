import { autocast, gradients, RandomStream, scope, tensor } from '@pcrl/torch';
import { expect, it } from 'vitest';
import { pcrlv2 } from '../../src/methods/pcrlv2.js';
import { resolvePretrainSettings } from '../../src/settings/index.js';
import { SegmentationNetwork3D } from '../../src/tasks/segmentation-network-3d.js';
import type { ViewBatch } from '../../src/views/index.js';

const context = { seed: 1, epoch: 0, epochs: 10, step: 1 };

function views(global: readonly number[], local: readonly number[]): ViewBatch {
  const random = new RandomStream(5, 'precision test');
  const fill = (shape: readonly number[]) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    return tensor(random.fillNormal(values), shape);
  };
  const target = fill(global).sigmoid();
  return { globals: [fill(global), fill(global)], targets: [target, target], locals: fill(local) };
}

function settingsOf(dimensions: 2 | 3, preset: 'official' | 'paper') {
  const shared = { preset, data: ['unused'], out: 'unused' } as const;
  return dimensions === 2
    ? resolvePretrainSettings({
        ...shared,
        dimensions,
        network: { encoderInit: 'random' },
        views: { size: 64, localSize: 32 },
      })
    : resolvePretrainSettings({
        ...shared,
        dimensions,
        network: { width: 8 },
        views: { size: 16, localSize: 8 },
      });
}

it.each([
  [2, 'official'],
  [2, 'paper'],
  [3, 'official'],
  [3, 'paper'],
] as const)('a step in bf16 is near the step in fp32: %iD, %s', (dimensions, preset) => {
  const method = pcrlv2(settingsOf(dimensions, preset), new RandomStream(3, 'precision test'));
  using network = method.network;
  const batch =
    dimensions === 2
      ? views([4, 3, 64, 64], [24, 3, 32, 32])
      : views([4, 1, 16, 16, 16], [24, 1, 8, 8, 8]);
  const step = (inPrecision: <R>(work: () => R) => R) =>
    scope(() => {
      const { total } = inPrecision(() => method.loss(batch, context));
      const [gradient] = gradients(total, [network.parameters()[0]!]);
      return { loss: total.item(), norm: gradient!.pow(2).sum().sqrt().item() };
    });
  const exact = step((work) => work());
  const rounded = step((work) => autocast('cpu', work));
  expect(Math.abs(rounded.loss - exact.loss)).toBeLessThan(0.05);
  expect(Math.abs(rounded.norm / exact.norm - 1)).toBeLessThan(0.2);
  expect(rounded.loss).not.toBe(exact.loss);
});

it.each(['group', 'batch'] as const)('segments in bf16 with %s normalisation', (normalisation) => {
  const settings = { width: 8, normalisation, skipConnections: true, dropout: 0 };
  const random = new RandomStream(4, 'precision test');
  using network = new SegmentationNetwork3D(settings, { width: 8, classes: 2 }, random);
  scope(() => {
    const shape = [2, 1, 16, 16, 16];
    const input = tensor(random.fillNormal(new Float32Array(2 * 16 ** 3)), shape);
    const exact = network.forward(input).sigmoid();
    const rounded = autocast('cpu', () => network.forward(input)).sigmoid();
    expect(rounded.to({ dtype: 'f32' }).sub(exact).abs().max().item()).toBeLessThan(0.05);
  });
});
