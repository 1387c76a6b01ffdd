import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch/random';
import { writeNifti, writePng } from '../../src/images/index.js';
import {
  type PretrainInput,
  type PretrainSettings,
  resolvePretrainSettings,
} from '../../src/settings/index.js';

/** Writes small pictures of seeded noise and returns their folder. */
export async function writePictures(folder: string, count: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const random = new RandomStream(1, 'tiny picture', index);
    const pixels = Uint8Array.from({ length: 24 * 20 }, () => random.integer(256));
    await writePng(join(folder, `image-${index}.png`), { width: 24, height: 20, pixels });
  }
  return folder;
}

/** Writes small volumes of seeded noise and returns their folder. */
export async function writeVolumes(folder: string, count: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const size = [16, 14, 12];
  for (let index = 0; index < count; index++) {
    const voxels = new Float32Array(16 * 14 * 12);
    new RandomStream(1, 'tiny volume', index).fillUniform(voxels, 0, 100);
    await writeNifti(join(folder, `volume-${index}.nii.gz`), { size, spacing: [1, 1, 1], voxels });
  }
  return folder;
}

/** Settings of the smallest run there is on pictures. */
export function settings2D(data: string, out: string, more: PretrainInput = {}): PretrainSettings {
  const { views, ...rest } = more;
  return resolvePretrainSettings({
    dimensions: 2,
    data: [data],
    out,
    batch: 4,
    epochs: 2,
    device: 'cpu',
    threads: 1,
    workers: 0,
    ...rest,
    views: { size: '16x16', localSize: '16x16', localViews: 2, ...views },
  } as PretrainInput);
}

/** Settings of the smallest run there is on volumes. */
export function settings3D(data: string, out: string, more: PretrainInput = {}): PretrainSettings {
  const { views, network, ...rest } = more;
  return resolvePretrainSettings({
    dimensions: 3,
    data: [data],
    out,
    batch: 4,
    epochs: 2,
    device: 'cpu',
    threads: 1,
    workers: 0,
    ...rest,
    network: { width: 2, ...network },
    views: {
      size: '8x8x8',
      localSize: '8x8x8',
      localViews: 2,
      cropsPerVolume: 2,
      ...views,
    },
  } as PretrainInput);
}
