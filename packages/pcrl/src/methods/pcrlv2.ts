import { avgPool, mseLoss, type RandomStream, scope, type Tensor, tensor } from '@pcrl/torch';
import { SettingsError } from '../errors.js';
import { type NsUNet, NsUNet2D, NsUNet3D, type Projection } from '../networks/index.js';
import type { LossSettings, PretrainSettings } from '../settings/index.js';
import type { ViewBatch } from '../views/index.js';
import { comparisonLoss, spread } from './comparison.js';
import type { Method, StepContext, StepLoss } from './method.js';
import { type DrawnScales, drawScales } from './scales.js';
import { ViewFeatures } from './view-features.js';

/**
 * PCRLv2 (Zhou et al., TPAMI 2023): restore the clean image from a corrupted view and make views agree,
 * both at a decoder level drawn for each step.
 */
export function pcrlv2(settings: PretrainSettings, random: RandomStream): Method {
  checkSize(settings);
  const { comparison } = settings.loss;
  const network =
    settings.dimensions === 2
      ? new NsUNet2D(settings.network, random, comparison)
      : new NsUNet3D(settings.network, random, comparison);
  const { localViews } = settings.views;
  return {
    network,
    loss: (views, context) => {
      const draw = { levels: network.levels.length, localViews };
      return pcrlv2Loss(network, views, settings.loss, {
        scales: drawScales(settings.loss, draw, context),
        beta: midTermWeight(settings.loss.midTermBeta, context),
      });
    },
    encoderState: () => network.encoder.stateDict(),
  };
}

/** A restoration fits its target when halving the view on the way down leaves nothing over. */
function checkSize({ dimensions, views }: PretrainSettings): void {
  const unit = dimensions === 2 ? 16 : 8;
  if (views.size.every((side) => side % unit === 0)) return;
  const nearest = views.size.map((side) => Math.max(unit, Math.round(side / unit) * unit));
  throw new SettingsError(
    `views.size ${views.size.join('x')} does not suit the network`,
    `Each side must be a multiple of ${unit}: take ${nearest.join('x')}.`,
  );
}

/** What is drawn or scheduled for one step. */
export interface StepDraw {
  readonly scales: DrawnScales;
  /** Weight of the restoration at the drawn level. */
  readonly beta: number;
}

/** beta(e) = (1 + cos(pi e / E)) / 2: 1 at the start, 0 at epoch E. */
export function midTermWeight(
  beta: LossSettings['midTermBeta'],
  { epoch, epochs }: Pick<StepContext, 'epoch' | 'epochs'>,
): number {
  if (typeof beta === 'number') return beta;
  const length = beta === 'cosine-240' ? 240 : epochs;
  return (1 + Math.cos((Math.PI * epoch) / length)) / 2;
}

/**
 * The PCRLv2 objective (eq. 10 and the official code, as the settings say) on one batch.
 *
 * Three forward passes, hence three sets of batch statistics: view 1, view 2, all local views. Each stops
 * at the finest level that the loss reads.
 */
export function pcrlv2Loss(
  network: NsUNet,
  views: ViewBatch,
  settings: LossSettings,
  { scales, beta }: StepDraw,
): StepLoss {
  return scope(() => {
    const pairs = settings.compareWeight === 0 ? [] : scales.pairs;
    const drawn = { scales: { ...scales, pairs }, beta };
    const depths = neededDepths(network.levels.length, settings, drawn);
    const globals = views.globals.map(
      (view, m) => new ViewFeatures(network, view, depths.globals[m]!, settings),
    );
    const [first, second] = globals as [ViewFeatures, ViewFeatures];
    const parts: Record<string, Tensor> = {};
    const restored = globals.slice(0, settings.restoreViews).map((view, m) => ({
      view,
      target: views.targets[m as 0 | 1],
    }));
    if (settings.fullResolutionTerm) {
      parts.full = sum(restored.map(({ view, target }) => fullTerm(view, target, settings)));
    }
    if (beta > 0) {
      const terms = restored.map(({ view, target }) =>
        levelTerm(view, target, scales.global, settings),
      );
      parts.mid = sum(terms).mul(beta);
    }
    if (settings.compareWeight !== 0) {
      const [one, other] = [first.compared(scales.global), second.compared(scales.global)];
      parts.global = comparisonLoss(one, other).mul(settings.compareWeight);
      if (views.locals && scales.pairs.length > 0) {
        const locals = new ViewFeatures(network, views.locals, depths.locals, settings);
        const terms = localTerms(locals, globals, scales);
        const weight = settings.localReduction === 'mean' ? 1 / terms.length : 1;
        parts.local = sum(terms).mul(weight * settings.compareWeight);
      }
    }
    const total = sum(Object.values(parts));
    const detached = Object.entries(parts).map(([name, part]) => [name, part.detach()] as const);
    return {
      total,
      parts: Object.fromEntries(detached),
      spread: spread(first.compared(scales.global).projected),
    };
  });
}

/** How many decoder levels each forward pass computes: no finer than what the loss reads. */
export function neededDepths(
  levels: number,
  settings: Pick<LossSettings, 'fullResolutionTerm' | 'restoreViews' | 'comparison'>,
  { scales: { global, pairs }, beta }: StepDraw,
): { readonly globals: readonly [number, number]; readonly locals: number } {
  const compared = (drawn: readonly number[]) =>
    ({ pairwise: 1 + Math.max(0, ...drawn), crossed: levels, encoder: 0 })[settings.comparison];
  const restored = (m: 0 | 1) => {
    if (m >= settings.restoreViews) return 0;
    if (settings.fullResolutionTerm) return levels;
    return beta > 0 ? global + 1 : 0;
  };
  const deepest = (m: 0 | 1) =>
    Math.max(restored(m), compared([global, ...pairs.map((pair) => pair[m])]));
  return { globals: [deepest(0), deepest(1)], locals: compared(pairs.flat()) };
}

/** The error of the restoration at full resolution. */
function fullTerm(view: ViewFeatures, target: Tensor, settings: LossSettings): Tensor {
  const finest = view.network.levels.length - 1;
  const restored =
    settings.fullResolutionHead === 'separate'
      ? view.network.restoreFinest(view.map(finest))
      : view.network.restore(finest, view.map(finest));
  return mseLoss(restored, target);
}

/** The error of the restoration at a level, compared at full size or at the level's own (eq. 4). */
function levelTerm(
  view: ViewFeatures,
  target: Tensor,
  level: number,
  settings: LossSettings,
): Tensor {
  const features = view.map(level);
  if (settings.matchSizes === 'upsample-prediction') {
    return mseLoss(view.network.restoreFullSize(level, features), target);
  }
  const window = 2 ** (view.network.levels.length - 1 - level);
  return mseLoss(view.network.restore(level, features), avgPool(target, { window }));
}

/** Every local view against both global views, each pair at its own level. */
function localTerms(
  locals: ViewFeatures,
  globals: readonly ViewFeatures[],
  scales: DrawnScales,
): readonly Tensor[] {
  const batch = globals[0]!.batch;
  // Local views come view-major: item n of local view k stands at k * batch + n.
  const ofView = (level: number, k: number): Projection => {
    const all = locals.compared(level);
    return {
      projected: all.projected.narrow(0, k * batch, batch),
      predicted: all.predicted.narrow(0, k * batch, batch),
    };
  };
  return scales.pairs.flatMap((levels, k) =>
    levels.map((level, m) => comparisonLoss(ofView(level, k), globals[m]!.compared(level))),
  );
}

function sum(terms: readonly Tensor[]): Tensor {
  return terms.length === 0 ? tensor(0) : terms.reduce((total, term) => total.add(term));
}
