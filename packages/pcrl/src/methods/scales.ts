import { RandomStream } from '@pcrl/torch';
import type { LossSettings } from '../settings/index.js';
import type { StepContext } from './method.js';

/** The decoder levels of one step, counted from 0 (coarsest). */
export interface DrawnScales {
  /** The level of the global-global comparison, and of the restoration. */
  readonly global: number;
  /** The level of local view `k` against global view `m`, at `[k][m]`. */
  readonly pairs: readonly (readonly [number, number])[];
}

/**
 * Draws the levels of a step, each equally likely among the `scales` finest ones: one for all terms
 * (`shared`, the paper), or a fresh one for each of the local-global pairs (`perPair`, the official code).
 */
export function drawScales(
  settings: Pick<LossSettings, 'scales' | 'scaleDraw'>,
  { levels, localViews }: { readonly levels: number; readonly localViews: number },
  { seed, step }: Pick<StepContext, 'seed' | 'step'>,
): DrawnScales {
  const random = new RandomStream(seed, 'scale', step);
  const draw = () => levels - settings.scales + random.integer(settings.scales);
  const global = draw();
  const pair = (): [number, number] =>
    settings.scaleDraw === 'shared' ? [global, global] : [draw(), draw()];
  return { global, pairs: Array.from({ length: localViews }, pair) };
}
