import type { FinetuneSettings } from '../settings/index.js';
import { type BatchPlan, stepsPerEpoch } from '../training/batches.js';

/** How long a seed trains and when it is validated. */
export interface FinetuneLength extends BatchPlan {
  readonly perEpoch: number;
  readonly steps: number;
  /** A fraction where the steps were set. */
  readonly epochs: number;
  /** Numbers of steps after which the validation split is predicted, rising. */
  readonly validations: readonly number[];
}

/** A seed is validated at most, and where its epochs allow at least, so many times. */
const MOST = 20;
const FEWEST = 5;

/**
 * The steps of a seed, and its validations at even distances.
 *
 * There are no more than one an epoch, and no more than 20. Among few labelled cases an epoch is short,
 * so with many validation cases there are fewer (not below 5), such that validation predicts no more
 * cases than training sees: about a third of the training's time. Where nothing hangs on them, one at the
 * end is enough.
 */
export function planLength(
  settings: Pick<FinetuneSettings, 'batch' | 'epochs' | 'steps' | 'select' | 'patience'>,
  cases: { readonly labelled: number; readonly validation: number },
  seed: number,
): FinetuneLength {
  const samples = cases.labelled;
  const plan = { seed, samples, batch: Math.min(settings.batch, samples) };
  const perEpoch = stepsPerEpoch(plan);
  const steps = settings.steps ?? settings.epochs * perEpoch;
  const epochs = steps / perEpoch;
  const affordable = Math.floor((steps * plan.batch) / Math.max(1, cases.validation));
  const decides = settings.select !== 'last' || settings.patience !== null;
  const count = decides ? Math.min(Math.ceil(epochs), MOST, Math.max(FEWEST, affordable)) : 1;
  const validations =
    cases.validation === 0
      ? []
      : Array.from({ length: count }, (_, i) => Math.round(((i + 1) * steps) / count));
  return { ...plan, perEpoch, steps, epochs, validations };
}
