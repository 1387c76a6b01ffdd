import {
  Adam,
  cosineRate,
  halvingRate,
  type NamedParameters,
  type Optimiser,
  SGD,
  type Tensor,
  warmup,
} from '@pcrl/torch';
import type { FinetuneSettings } from '../settings/index.js';
import type { Position } from '../training/schedule.js';

type OptimiserSettings = FinetuneSettings['optimiser'];

/** The optimiser that the settings name, of the parameters that are trained, some of them the encoder's. */
export function makeOptimiser(
  settings: OptimiserSettings,
  parameters: NamedParameters,
  ofEncoder: ReadonlySet<Tensor>,
): Optimiser {
  if (settings.encoderFactor === 1) return oneOptimiser(settings, parameters);
  const inEncoder = [...parameters].filter(([, tensor]) => ofEncoder.has(tensor));
  const encoderNames = new Set(inEncoder.map(([name]) => name));
  const { encoder, rest } = split(parameters, encoderNames);
  return new TwoRates(
    oneOptimiser(settings, encoder),
    oneOptimiser(settings, rest),
    settings.encoderFactor,
    encoderNames,
  );
}

function oneOptimiser(
  { name, momentum, weightDecay }: OptimiserSettings,
  parameters: NamedParameters,
): Optimiser {
  return name === 'adam'
    ? new Adam(parameters, { weightDecay })
    : new SGD(parameters, { momentum, weightDecay });
}

/** A pre-trained encoder may move slower than layers that begin at random values. */
class TwoRates implements Optimiser {
  constructor(
    readonly encoder: Optimiser,
    readonly rest: Optimiser,
    readonly encoderFactor: number,
    readonly encoderNames: ReadonlySet<string>,
  ) {}

  step(learningRate: number): void {
    this.encoder.step(this.encoderFactor * learningRate);
    this.rest.step(learningRate);
  }

  state(): Map<string, Tensor> {
    return new Map([...this.encoder.state(), ...this.rest.state()]);
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    const parts = split(state, this.encoderNames);
    this.encoder.load(parts.encoder);
    this.rest.load(parts.rest);
  }

  [Symbol.dispose](): void {
    this.encoder[Symbol.dispose]();
    this.rest[Symbol.dispose]();
  }
}

/** Parts tensors under a parameter's name, or under `<parameter>.<what>`, by whose the parameter is. */
function split(
  tensors: NamedParameters,
  encoderNames: ReadonlySet<string>,
): Record<'encoder' | 'rest', NamedParameters> {
  const encoder = new Map<string, Tensor>();
  const rest = new Map<string, Tensor>();
  for (const [key, tensor] of tensors) {
    const owner = key.slice(0, key.lastIndexOf('.'));
    const isEncoders = encoderNames.has(key) || encoderNames.has(owner);
    (isEncoders ? encoder : rest).set(key, tensor);
  }
  return { encoder, rest };
}

/** The learning rate of one step. */
export function finetuneRate(settings: OptimiserSettings, at: Position): number {
  return scheduled(settings, at) * warmup(at.step, settings.warmupSteps);
}

function scheduled(settings: OptimiserSettings, { step, steps, epoch }: Position): number {
  switch (settings.schedule) {
    case 'halve':
      return halvingRate(settings.learningRate, epoch, settings.halveEvery);
    case 'cosine':
      return cosineRate(settings.learningRate, step, steps);
    case 'constant':
      return settings.learningRate;
  }
}
