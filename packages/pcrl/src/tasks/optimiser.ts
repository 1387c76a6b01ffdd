import {
  Adam,
  cosineRate,
  halvingRate,
  type NamedParameters,
  type Optimiser,
  SGD,
  warmup,
} from '@pcrl/torch';
import type { FinetuneSettings } from '../settings/index.js';
import type { Position } from '../training/schedule.js';

type OptimiserSettings = FinetuneSettings['optimiser'];

/** The optimiser that the settings name, of the parameters that are trained. */
export function makeOptimiser(
  { name, momentum, weightDecay }: OptimiserSettings,
  parameters: NamedParameters,
): Optimiser {
  return name === 'adam'
    ? new Adam(parameters, { weightDecay })
    : new SGD(parameters, { momentum, weightDecay });
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
