import {
  type PretrainInput,
  resolvePretrainSettings,
  type ViewSettings2D,
  type ViewSettings3D,
} from '../../src/settings/index.js';
import type { ViewImage } from '../../src/views/index.js';

type Preset = 'default' | 'official' | 'paper';

/** Settings of 2D views. */
export function settings2D(views: object = {}, preset: Preset = 'default'): ViewSettings2D {
  return settings(2, views, preset) as ViewSettings2D;
}

/** Settings of 3D views. */
export function settings3D(views: object = {}, preset: Preset = 'default'): ViewSettings3D {
  return settings(3, views, preset) as ViewSettings3D;
}

function settings(dimensions: 2 | 3, views: object, preset: Preset) {
  const input = { dimensions, preset, views, data: ['data'], out: 'run' } as PretrainInput;
  return resolvePretrainSettings(input).views;
}

/** A smooth image in [0, 1]; `[W, H]` or `[X, Y, Z]`. */
export function smoothImage(size: readonly number[], unit: 'HU' | 'arbitrary' = 'arbitrary') {
  const tensorSize = size.length === 2 ? [...size].reverse() : size;
  const voxels = new Float32Array(size.reduce((product, side) => product * side, 1));
  for (let i = 0; i < voxels.length; i++) {
    let rest = i;
    let value = 0.5;
    for (let axis = tensorSize.length - 1; axis >= 0; axis--) {
      const side = tensorSize[axis]!;
      value += 0.16 * Math.sin(((rest % side) / side) * (5 + axis) + axis);
      rest = Math.floor(rest / side);
    }
    voxels[i] = value;
  }
  const image: ViewImage = { size, channels: 1, voxels, spacing: size.map(() => 1), unit };
  return image;
}

/** Sample `sample` of epoch 0. */
export const address = (sample: number, epoch = 0, seed = 1) => ({ seed, epoch, sample });
