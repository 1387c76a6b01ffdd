import { ones, type Tensor } from '@pcrl/torch';
import { expect, it } from 'vitest';
import { makeOptimiser } from '../../src/tasks/optimiser.js';

const settings = {
  name: 'sgd',
  learningRate: 1,
  schedule: 'constant',
  halveEvery: 50,
  momentum: 0.9,
  weightDecay: 0,
  warmupSteps: 0,
  clipGradientNorm: null,
  encoderFactor: 0.1,
} as const;

/** Parameters of one encoder layer and a head, each with a gradient of 1 in every step. */
function parameters(): ReadonlyMap<string, Tensor> {
  const names = ['model.encoder.conv.weight', 'model.head.weight'];
  return new Map(names.map((name) => [name, ones([1])]));
}

function step(all: ReadonlyMap<string, Tensor>, optimiser: { step(rate: number): void }): number[] {
  for (const parameter of all.values()) parameter.grad = ones([1]);
  optimiser.step(0.5);
  return [...all.values()].map((parameter) => parameter.item());
}

it('moves the encoder at its own rate, and goes on from a saved state', () => {
  const all = parameters();
  const encoder = new Set([...all.values()].slice(0, 1));
  const optimiser = makeOptimiser(settings, all, encoder);
  const [slow, fast] = step(all, optimiser);
  expect(slow).toBeCloseTo(0.95, 6);
  expect(fast).toBeCloseTo(0.5, 6);

  const resumed = makeOptimiser(settings, all, encoder);
  resumed.load(optimiser.state());
  const [slower, faster] = step(all, resumed);
  expect(slower).toBeCloseTo(0.95 - 0.05 * 1.9, 6);
  expect(faster).toBeCloseTo(0.5 - 0.5 * 1.9, 6);
});
