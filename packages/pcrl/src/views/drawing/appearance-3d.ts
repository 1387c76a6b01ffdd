import { RandomStream } from '@pcrl/torch/random';
import type { ViewSettings3D } from '../../settings/index.js';
import type { SampleAddress } from '../address.js';
import type { Appearance3D, SwapOfPatches } from './plan.js';

/**
 * Draws how one 3D view is changed: blur, noise, gamma and swapped patches, as torchio's RandomBlur,
 * RandomNoise, RandomGamma and RandomSwap draw them.
 *
 * @param view the view's number; the first two are global
 */
export function drawAppearance3D(
  settings: ViewSettings3D,
  { seed, epoch, sample }: SampleAddress,
  view: number,
): Appearance3D {
  const stream = new RandomStream(seed, 'views: appearance', epoch, sample, view);
  const isGlobal = view < settings.globalViews;
  const blur = settings.size.map(() => stream.uniform(...settings.blur.std));
  const noise = stream.uniform(...settings.noise.std);
  const gamma = Math.exp(stream.uniform(...settings.gamma.log));
  const { swap } = settings;
  const count = isGlobal || swap.onLocals ? swap.count : 0;
  const size = isGlobal ? settings.size : settings.localSize;
  return { blur, noise, gamma, swaps: drawSwaps(stream, count, size, swap.patch) };
}

/**
 * Start corners below size - patch (the last place is never used); a second corner equal to the
 * first is drawn again. A patch as long as the view, along any axis, leaves no two places.
 */
function drawSwaps(
  stream: RandomStream,
  count: number,
  size: readonly number[],
  patch: readonly number[],
): readonly SwapOfPatches[] {
  const places = size.map((extent, axis) => Math.max(0, extent - patch[axis]!));
  if (places.reduce((product, n) => product * n, 1) < 2) return [];
  const corner = () => places.map((upper) => stream.integer(upper));
  return Array.from({ length: count }, () => {
    const first = corner();
    let second = corner();
    while (second.every((value, axis) => value === first[axis])) second = corner();
    return [first, second] as const;
  });
}
