import { RandomStream } from '@pcrl/torch/random';
import type { ViewSettings2D } from '../../settings/index.js';
import type { SampleAddress } from '../address.js';
import { type Box, boxBetween } from './box.js';
import type { Appearance2D, ColorChange } from './plan.js';

/**
 * Draws how one 2D view is changed: blur, brightness and contrast in random order, holes. Saturation,
 * hue and loss of colour are left out: views are grey, on which they do nothing.
 *
 * @param view the view's number; the first two are global
 */
export function drawAppearance2D(
  settings: ViewSettings2D,
  { seed, epoch, sample }: SampleAddress,
  view: number,
): Appearance2D {
  const stream = new RandomStream(seed, 'views: appearance', epoch, sample, view);
  const isGlobal = view < settings.globalViews;
  const sigma = stream.uniform(...settings.blur.sigma);
  const blur = stream.chance(settings.blur.chance) ? sigma : 0;
  const jitter = drawJitter(stream, settings.colorJitter);
  const { cutout } = settings;
  const count = isGlobal || cutout.onLocals ? cutout.holes : 0;
  const size = [...(isGlobal ? settings.size : settings.localSize)].reverse();
  const holes = Array.from({ length: count }, () => drawHole(stream, size, cutout.size));
  return { blur, jitter, holes };
}

/** Factors are uniform in [1 - strength, 1 + strength], not below 0 (torchvision's ColorJitter). */
function drawJitter(
  stream: RandomStream,
  strengths: ViewSettings2D['colorJitter'],
): readonly ColorChange[] {
  if (strengths === null) return [];
  const [brightness, contrast] = strengths;
  const change = (kind: ColorChange['kind'], strength: number): ColorChange => ({
    kind,
    factor: stream.uniform(Math.max(0, 1 - strength), 1 + strength),
  });
  return stream.shuffle([change('brightness', brightness), change('contrast', contrast)]);
}

/** Cutout (DeVries and Taylor, 2017): the centre is any pixel, the hole is cut off at the border. */
function drawHole(stream: RandomStream, size: readonly number[], side: number): Box {
  const centre = size.map((extent) => stream.integer(extent));
  const half = Math.floor(side / 2);
  return boxBetween(
    centre.map((middle) => Math.max(0, middle - half)),
    centre.map((middle, axis) => Math.min(size[axis]!, middle + half)),
  );
}
