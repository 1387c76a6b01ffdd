import { RandomStream } from '@pcrl/torch/random';

/** What one step trains on. */
export interface Batch {
  /** Steps before this one since the start of the run. */
  readonly step: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** Indices into the run's list of samples. */
  readonly samples: readonly number[];
}

/** How samples become batches. */
export interface BatchPlan {
  readonly seed: number;
  /** How many samples there are. */
  readonly samples: number;
  /** How many samples one step takes. */
  readonly batch: number;
}

/**
 * Steps in one epoch. The last, incomplete batch counts, unless it is a single sample: BatchNorm has no
 * statistics of one.
 */
export function stepsPerEpoch({ samples, batch }: Omit<BatchPlan, 'seed'>): number {
  return Math.floor(samples / batch) + (samples % batch > 1 ? 1 : 0);
}

/** The samples of an epoch in the order in which they are trained on. */
export function epochOrder({ seed, samples }: BatchPlan, epoch: number): readonly number[] {
  const all = Array.from({ length: samples }, (_, sample) => sample);
  return new RandomStream(seed, 'order', epoch).shuffle(all);
}

/** The batches of steps `first` to `end - 1`. A function of the plan: a resumed run goes on alike. */
export function* batchesFrom(plan: BatchPlan, first: number, end: number): Generator<Batch> {
  const perEpoch = stepsPerEpoch(plan);
  let epoch = -1;
  let order: readonly number[] = [];
  for (let step = first; step < end; step++) {
    if (Math.floor(step / perEpoch) !== epoch) {
      epoch = Math.floor(step / perEpoch);
      order = epochOrder(plan, epoch);
    }
    const start = (step % perEpoch) * plan.batch;
    yield { step, epoch, samples: order.slice(start, start + plan.batch) };
  }
}
