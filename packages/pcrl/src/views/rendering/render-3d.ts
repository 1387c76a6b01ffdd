import { type Device, empty, scope, type Tensor, tensor } from '@pcrl/torch';
import type { ViewSettings3D } from '../../settings/index.js';
import type { Appearance3D, ViewPlan } from '../drawing/plan.js';
import { ofViews, type PreparedSample3D, voxelsOfViews } from '../prepare.js';
import { gaussianBlur } from './gaussian-blur.js';
import { rowsOnDevice } from './host-rows.js';
import { signedPower, zNormalise } from './intensity-3d.js';
import { viewMajor } from './resample.js';
import { pairOfViews, type ViewBatch } from './view-batch.js';

/**
 * The 3D views of PCRLv2's released code: crop, mirror and affine map; then, for the inputs, blur,
 * noise, gamma, swapped patches and z-normalisation.
 */
export function render3D(
  samples: readonly PreparedSample3D[],
  settings: ViewSettings3D,
  device: Device,
): ViewBatch {
  const globals = viewSet(samples, settings, 'globals', device);
  const inputs = scope(() => changed({ ...globals, clean: globals.clean.clone() }, settings));
  const targets = settings.targetZNorm ? zNormalise(globals.clean) : globals.clean;
  const locals =
    settings.localViews === 0
      ? empty([0, 1, ...settings.localSize], { device })
      : scope(() => changed(viewSet(samples, settings, 'locals', device), settings));
  return { globals: pairOfViews(inputs), targets: pairOfViews(targets), locals };
}

/** The views of one size: clean, and what was drawn and prepared for them, all view-major. */
interface ViewSet {
  readonly clean: Tensor;
  readonly appearances: readonly Appearance3D[];
  readonly noise: readonly Float32Array[];
  readonly swaps: readonly Int32Array[];
}

function viewSet(
  samples: readonly PreparedSample3D[],
  settings: ViewSettings3D,
  kind: 'globals' | 'locals',
  device: Device,
): ViewSet {
  const size = kind === 'globals' ? settings.size : settings.localSize;
  const views = samples.map(({ plan }) => plan[kind]);
  const [from, to] = kind === 'globals' ? [0, settings.globalViews] : [settings.globalViews];
  const ofKind = (what: 'clean' | 'noise') =>
    viewMajor(samples.map((sample) => ofViews(sample[what], settings).slice(from, to)));
  return {
    clean: rowsOnDevice(ofKind('clean'), device).reshape([-1, 1, ...size]),
    appearances: viewMajor<ViewPlan<Appearance3D>>(views).map(({ appearance }) => appearance),
    noise: ofKind('noise'),
    swaps: viewMajor(samples.map((sample) => swapsOfViews(sample, settings).slice(from, to))),
  };
}

/** The index map of each view; without entries for a view that has no swaps. */
function swapsOfViews({ swaps, plan }: PreparedSample3D, settings: ViewSettings3D): Int32Array[] {
  const views = [...plan.globals, ...plan.locals];
  let at = 0;
  return voxelsOfViews(settings).map((count, view) => {
    const length = views[view]!.appearance.swaps.length === 0 ? 0 : count;
    at += length;
    return swaps.subarray(at - length, at);
  });
}

/** The inputs that clean views become. Blur and noise are applied to `clean` in place. */
function changed(set: ViewSet, settings: ViewSettings3D): Tensor {
  const { clean, appearances, swaps } = set;
  return scope(() => {
    gaussianBlur(
      clean,
      appearances.map(({ blur }) => blur),
      { border: 'reflect', largest: settings.blur.std[1] },
    );
    const rows = clean.reshape([appearances.length, -1]);
    addNoise(rows, set);
    const gammas = appearances.map(({ gamma }) => gamma);
    const powered = scope(() => signedPower(rows, gammas));
    const swapped = swaps[0]!.length === 0 ? powered : swapPatches(powered, swaps);
    const views = settings.inputZNorm ? zNormalise(swapped) : swapped;
    return views.reshape(clean.shape);
  });
}

/** In place; each row has its own standard deviation. */
function addNoise(rows: Tensor, { appearances, noise }: ViewSet): void {
  const deviations = Float32Array.from(appearances, (appearance) => appearance.noise);
  scope(() => {
    const column = tensor(deviations, [deviations.length, 1], { device: rows.device });
    rows.add_(rowsOnDevice(noise, rows.device).mul_(column));
  });
}

/** Voxel i of each row becomes voxel `maps[row][i]` of it. */
function swapPatches(rows: Tensor, maps: readonly Int32Array[]): Tensor {
  return scope(() => rows.gather(1, rowsOnDevice(maps, rows.device).to({ dtype: 'i64' })));
}
