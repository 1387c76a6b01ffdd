import { RandomStream } from '@pcrl/torch/random';
import type { ViewSettings2D, ViewSettings3D } from '../../settings/index.js';
import type { SampleAddress } from '../address.js';
import type { Box } from './box.js';
import type { ViewGeometry } from './plan.js';

/** Rotation by at most `rotation` degrees, what comes from outside black; mirrored by chance. */
export function drawGeometry2D(
  box: Box,
  settings: ViewSettings2D,
  { seed, epoch, sample }: SampleAddress,
  view: number,
): ViewGeometry {
  const stream = new RandomStream(seed, 'views: geometry', epoch, sample, view);
  const degrees = [stream.uniform(-settings.rotation, settings.rotation)];
  const flip = stream.chance(settings.flip);
  return { box, flip, degrees, scales: [1, 1], outside: 0 };
}

/**
 * Mirrored by chance along the first axis, then scaled and turned about the centre (torchio's
 * RandomFlip and RandomAffine).
 *
 * @param outside the smallest value in the crop
 */
export function drawGeometry3D(
  box: Box,
  outside: number,
  settings: ViewSettings3D,
  { seed, epoch, sample }: SampleAddress,
  view: number,
): ViewGeometry {
  const stream = new RandomStream(seed, 'views: geometry', epoch, sample, view);
  const { degrees, scales } = settings.affine;
  const perAxis = (low: number, high: number) => [0, 1, 2].map(() => stream.uniform(low, high));
  const flip = stream.chance(settings.flip);
  return {
    box,
    flip,
    scales: perAxis(1 - scales, 1 + scales),
    degrees: perAxis(-degrees, degrees),
    outside,
  };
}
