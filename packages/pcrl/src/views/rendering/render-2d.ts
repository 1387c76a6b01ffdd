import { call, type Device, empty, scope, type Tensor, tensor } from '@pcrl/torch';
import type { ViewSettings2D } from '../../settings/index.js';
import type { Appearance2D, ViewPlan } from '../drawing/plan.js';
import { ofViews, type PreparedSample2D } from '../prepare.js';
import { colorJitter } from './color-jitter.js';
import { cutOut } from './cutout.js';
import { gaussianBlur } from './gaussian-blur.js';
import { rowsOnDevice } from './host-rows.js';
import { viewMajor } from './resample.js';
import { pairOfViews, type ViewBatch } from './view-batch.js';

/** Means and standard deviations of ImageNet's red, green and blue in [0, 1]. */
export const IMAGENET_MEAN: readonly number[] = [0.485, 0.456, 0.406];
export const IMAGENET_DEVIATION: readonly number[] = [0.229, 0.224, 0.225];

/**
 * The 2D views of PCRLv2's released code: crop, rotation and mirror; then, for the inputs, blur,
 * brightness and contrast; ImageNet normalisation to three channels; holes.
 */
export function render2D(
  samples: readonly PreparedSample2D[],
  settings: ViewSettings2D,
  device: Device,
): ViewBatch {
  const [globalSize, localSize] = [settings.size, settings.localSize].map((size) =>
    [...size].reverse(),
  );
  const globals = samples.map(({ plan }) => plan.globals);
  const views = samples.map(({ clean }) => ofViews(clean, settings));
  const crops = (size: readonly number[], from: number, to?: number) => {
    const rows = viewMajor(views.map((each) => each.slice(from, to)));
    return rowsOnDevice(rows, device).reshape([-1, 1, ...size]);
  };
  const clean = crops(globalSize!, 0, settings.globalViews);
  const targets = imagenetNormalise(clean);
  const inputs = scope(() => changed(clean, viewMajor(globals), settings));
  const locals = samples.map(({ plan }) => plan.locals);
  const localInputs =
    settings.localViews === 0
      ? empty([0, 3, ...localSize!], { device })
      : scope(() => changed(crops(localSize!, settings.globalViews), viewMajor(locals), settings));
  return {
    globals: pairOfViews(inputs),
    targets: pairOfViews(targets),
    locals: localInputs,
  };
}

/** The inputs that clean views become. Blur and changes of intensity are applied to `views` in place. */
function changed(
  views: Tensor,
  plans: readonly ViewPlan<Appearance2D>[],
  { blur }: ViewSettings2D,
): Tensor {
  const appearances = plans.map(({ appearance }) => appearance);
  // Pillow repeats the edge pixels too. It blurs with three boxes; on white noise in [0, 1] the two
  // differ by 0.004 on average.
  gaussianBlur(
    views,
    appearances.map((of) => [of.blur, of.blur]),
    { border: 'nearest', largest: blur.sigma[1] },
  );
  colorJitter(
    views,
    appearances.map(({ jitter }) => jitter),
  );
  const normalised = imagenetNormalise(views);
  cutOut(
    normalised,
    appearances.map(({ holes }) => holes),
  );
  return normalised;
}

/**
 * Grey `[N, 1, H, W]` in [0, 1] becomes `[N, 3, H, W]` with ImageNet's mean and deviation taken off.
 *
 * Channel by channel: one subtraction of a `[1, 3, 1, 1]` would lay the result out with its channels last,
 * which is slow to write and would pass that layout on to the network.
 */
export function imagenetNormalise(grey: Tensor): Tensor {
  return scope(() => {
    const [items, , ...size] = grey.shape;
    const channels = empty([items!, 3, ...size], { device: grey.device });
    IMAGENET_MEAN.forEach((mean, channel) => {
      const into = channels.narrow(1, channel, 1);
      call('aten::sub.out', grey, tensor(mean), 1, into);
      into.div_(IMAGENET_DEVIATION[channel]!);
    });
    return channels;
  });
}
