import { link, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readImage, writeNifti, writePng } from '../../src/images/index.js';
import { resolvePretrainSettings } from '../../src/settings/index.js';
import { writeViewsPicture } from '../../src/views/picture.js';
import { smoothImage } from './samples.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'views-'));
});
afterAll(() => rm(folder, { recursive: true }));

const settings = (dimensions: 2 | 3) => {
  const views = dimensions === 2 ? { size: 64 } : { size: '32x32x16' };
  return resolvePretrainSettings({ dimensions, views, data: ['data'], out: 'run' } as object);
};
const volumePath = () => join(folder, 'volume.nii.gz');

it('draws an image, its boxes and its views', async () => {
  const { voxels } = smoothImage([120, 90]);
  const image = join(folder, 'image.png');
  const pixels = Uint8Array.from(voxels, (value) => value * 255);
  await writePng(image, { width: 120, height: 90, pixels });
  const draw = async (seed: number, name: string) => {
    const out = join(folder, name);
    await writeViewsPicture({ image, out, seed, epoch: 0, settings: settings(2) });
    return readImage(out);
  };
  const [one, again, other] = [
    await draw(1, 'a.png'),
    await draw(1, 'b.png'),
    await draw(2, 'c.png'),
  ];
  expect(one.size[0]).toBeGreaterThan(900);
  expect(one.size[1]).toBeGreaterThan(600);
  expect(again.voxels).toEqual(one.voxels);
  expect(other.voxels).not.toEqual(one.voxels);
});

it('draws a volume, also one that is smaller than its crops', async () => {
  for (const size of [
    [80, 70, 60],
    [20, 30, 12],
  ]) {
    const { voxels } = smoothImage(size);
    await writeNifti(volumePath(), { size, spacing: [1, 1, 2], voxels });
    const out = join(folder, 'volume.png');
    const request = { image: volumePath(), out, seed: 1, epoch: 4, settings: settings(3) };
    await writeViewsPicture(request);
    expect((await readImage(out)).size[0]).toBeGreaterThan(900);
  }
});

it('refuses a volume under settings for images', async () => {
  const out = join(folder, 'none.png');
  const request = { image: volumePath(), out, seed: 1, epoch: 0, settings: settings(2) };
  await expect(writeViewsPicture(request)).rejects.toThrow('it is 3D; the settings are for 2D');
});

it('is never written over the image, nor under a name that is no picture’s', async () => {
  const image = join(folder, 'kept.png');
  const pixels = Uint8Array.from({ length: 64 * 64 }, (_, i) => i % 251);
  await writePng(image, { width: 64, height: 64, pixels });
  const before = await readFile(image);
  const draw = (out: string) =>
    writeViewsPicture({ image, out, seed: 1, epoch: 0, settings: settings(2) });
  await link(image, join(folder, 'linked.png'));
  for (const name of ['kept.png', 'linked.png']) {
    await expect(draw(join(folder, name))).rejects.toThrow(/is the image that is read/);
  }
  expect(await readFile(image)).toEqual(before);
  await expect(draw(join(folder, 'v.jpg'))).rejects.toThrow(/no \.jpg\n {2}Name it .*v\.png/);
  await expect(draw(join(folder, 'views'))).rejects.toThrow(/Name it .*views\.png/);
  const deep = join(folder, 'not/there/yet/v.png');
  await draw(deep);
  expect((await readImage(deep)).size.length).toBe(2);
});
