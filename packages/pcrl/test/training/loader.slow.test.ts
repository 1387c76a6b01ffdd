import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/datasets/index.js';
import { openDataset } from '../../src/datasets/index.js';
import { TrainingError } from '../../src/errors.js';
import { writePng } from '../../src/images/index.js';
import type { PretrainSettings } from '../../src/settings/index.js';
import { batchesFrom } from '../../src/training/batches.js';
import { type LoadedBatch, Loader } from '../../src/training/loader.js';
import { openSource } from '../../src/training/open-source.js';
import { planRun } from '../../src/training/run-plan.js';
import { temporaryFolder } from '../images/folders.js';
import { settings2D, settings3D, writePictures, writeVolumes } from './tiny-data.js';

const root = temporaryFolder();

interface Loaded {
  readonly batches: readonly LoadedBatch[];
  readonly problems: readonly Problem[];
}

async function load(settings: PretrainSettings, workers: number, first = 0): Promise<Loaded> {
  const { list, batches, length } = planRun(settings, await openDataset(settings.data));
  const source = openSource(list, workers);
  const problems: Problem[] = [];
  const plan = batchesFrom(batches, first, length.steps);
  const loader = new Loader(list, source, plan, (problem) => problems.push(problem));
  const loaded: LoadedBatch[] = [];
  try {
    for (let batch = await loader.next(); batch; batch = await loader.next()) loaded.push(batch);
  } finally {
    await source.close();
  }
  return { batches: loaded, problems };
}

describe('the loader', () => {
  it('gives the same batches with any number of threads', async () => {
    const pictures = await writePictures(join(root, 'pictures'), 9);
    const volumes = await writeVolumes(join(root, 'volumes'), 5);
    for (const settings of [settings2D(pictures, 'out'), settings3D(volumes, 'out')]) {
      const { batches } = await load(settings, 0);
      const fromThreads = (await load(settings, settings.dimensions)).batches;
      expect(fromThreads).toEqual(batches);
      // Shared memory: what a thread prepared was not copied.
      expect(fromThreads[0]?.prepared[0]?.clean.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('replaces images that cannot be used, alike in any thread and after a resume', async () => {
    const folder = await writePictures(join(root, 'bad'), 8);
    writeFileSync(join(folder, 'image-2.png'), 'no picture');
    writeFileSync(join(folder, 'image-4.png'), '');
    const grey = { width: 24, height: 20, pixels: new Uint8Array(480).fill(7) };
    await writePng(join(folder, 'image-6.png'), grey);
    const settings = settings2D(folder, 'out', { epochs: 3 });
    const { batches, problems } = await load(settings, 0);
    expect(problems.map(({ path }) => path.split('/').at(-1)).sort()).toEqual([
      'image-2.png',
      'image-4.png',
      'image-6.png',
    ]);
    expect(problems.every(({ reason }) => reason.length > 5)).toBe(true);
    expect(batches.every((batch) => batch.prepared.length === 4)).toBe(true);
    expect(batches.flatMap((batch) => batch.samples)).not.toContain(2);
    expect((await load(settings, 2)).batches).toEqual(batches);
    expect((await load(settings, 0, 4)).batches).toEqual(batches.slice(4));
  });

  it('stops when no image is usable', async () => {
    const folder = await writePictures(join(root, 'all-bad'), 2);
    for (const index of [0, 1]) writeFileSync(join(folder, `image-${index}.png`), 'no picture');
    for (const workers of [0, 2]) {
      const loading = load(settings2D(folder, 'out'), workers);
      await expect(loading).rejects.toThrow(TrainingError);
      await expect(loading).rejects.toThrow(/none of the 2 images.*image-0\.png/s);
    }
  });

  it('names the file at which a loader thread died', async () => {
    const folder = await writePictures(join(root, 'crash'), 2);
    copyFileSync(join(folder, 'image-0.png'), join(folder, 'image-9.png'));
    const { list } = planRun(settings2D(folder, 'out'), await openDataset([folder]));
    // A thread that cannot even start stands for one that dies of anything but a bad image.
    const source = openSource({ ...list, views: null as never }, 1);
    const outcome = source.prepare({ sample: 1, epoch: 0 });
    await expect(outcome).rejects.toThrow(/thread died while it read .*image-1\.png/);
    await expect(source.prepare({ sample: 0, epoch: 0 })).rejects.toThrow(TrainingError);
    await source.close();
  });
});
