import { cosineRate, warmup } from '@pcrl/torch';
import type { OptimiserSettings } from '../settings/index.js';

/** Where a step stands in a run; everything counts from 0. */
export interface Position {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** May end within an epoch: then it has a fraction. */
  readonly epochs: number;
}

/** The learning rate of one step. */
export function learningRate(settings: OptimiserSettings, at: Position): number {
  return scheduled(settings, at) * warmup(at.step, settings.warmupSteps);
}

function scheduled(settings: OptimiserSettings, { step, steps, epoch, epochs }: Position): number {
  switch (settings.schedule) {
    case 'cosine':
      return cosineRate(settings.learningRate, step, steps);
    case 'cosine-per-epoch':
      return cosineRate(settings.learningRate, epoch, epochs);
    case 'constant':
      return settings.learningRate;
  }
}
