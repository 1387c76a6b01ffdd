import {
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guessDimensions } from '../../src/cli/dimensions.js';
import { openDataset } from '../../src/datasets/index.js';
import { DatasetError, PreparingError } from '../../src/errors.js';
import { surveySources, verify } from '../../src/preparing/index.js';
import type { PretrainSettings } from '../../src/settings/index.js';
import { planRun } from '../../src/training/run-plan.js';
import { SamplePreparer } from '../../src/training/sample-preparer.js';
import { temporaryFolder } from '../images/folders.js';
import { settings2D, settings3D, writePictures, writeVolumes } from '../training/tiny-data.js';
import { prepareRecorded } from './recording.js';

const root = temporaryFolder();
const quiet = { count: () => undefined, interrupted: () => false };

/** The first sample of every image. */
async function samplesOf(settings: PretrainSettings) {
  const { list } = planRun(settings, await openDataset(settings.data));
  const preparer = new SamplePreparer(list, 1e9);
  const outcomes = await Promise.all(
    list.images.map((_, at) => preparer.prepare({ sample: at * list.samplesPerImage, epoch: 1 })),
  );
  return outcomes.map((outcome) => {
    if ('problem' in outcome) throw new Error(outcome.problem.reason);
    return outcome.prepared;
  });
}

describe('views from a cache', () => {
  it.each([
    ['volumes', writeVolumes, settings3D, undefined, 2 / 65_535],
    ['pictures', writePictures, settings2D, { dimensions: 2, shortSide: 430 }, 1e-6],
  ] as const)(
    'of %s are those from the files',
    async (name, write, settingsFor, way, precision) => {
      const source = await write(join(root, name), 3);
      const cache = join(root, `${name}-cache`);
      await prepareRecorded(source, cache, way ? { preparing: way } : {});
      const [fromFiles, fromCache] = [
        await samplesOf(settingsFor(source, 'out')),
        await samplesOf(settingsFor(cache, 'out')),
      ];
      fromCache.forEach(({ plan, region, clean, swaps }, at) => {
        const wanted = fromFiles[at]!;
        const boxes = (one: typeof plan) =>
          [...one.globals, ...one.locals].map((v) => v.geometry.box);
        expect(region).toEqual(wanted.region);
        expect(boxes(plan)).toEqual(boxes(wanted.plan));
        expect(swaps).toEqual(wanted.swaps);
        const worst = Math.max(...clean.map((value, i) => Math.abs(value - wanted.clean[i]!)));
        expect(worst).toBeLessThan(precision);
      });
    },
  );
});

describe('preparing again', () => {
  it('does what changed, drops what is gone, and heals what was cut short', async () => {
    const source = await writeVolumes(join(root, 'again'), 4);
    const cache = join(root, 'again-cache');
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 4, unchanged: 0 });
    expect(await guessDimensions([cache])).toBe(3);
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 0, unchanged: 4 });
    utimesSync(join(source, 'volume-1.nii.gz'), new Date(), new Date(2e12));
    const notes = (await openDataset([cache])).notes.join('\n');
    expect(notes).toMatch(/sources changed.*volume-1.*to renew: pcrl data prepare/);
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 1, unchanged: 3 });
    const raw = rawFiles(cache)[0]!;
    truncateSync(raw, 10);
    expect((await verify(cache, quiet)).damaged).toHaveLength(1);
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 1, unchanged: 3 });
    expect((await verify(cache, quiet)).damaged).toEqual([]);
    writeFileSync(raw, readFileSync(raw).fill(7));
    expect((await verify(cache, quiet)).damaged[0]?.reason).toContain('are damaged');
    await expect(
      prepareRecorded(source, cache, {
        preparing: { dimensions: 3, spacing: 2, intensity: 'auto' },
      }),
    ).rejects.toThrow(/made otherwise: pcrl data prepare .* --spacing native/);
  });

  it('sets bad cases aside with a reason, once, and takes them when they are mended', async () => {
    const source = await writeVolumes(join(root, 'bad'), 3);
    const bad = join(source, 'volume-1.nii.gz');
    const good = readFileSync(bad);
    writeFileSync(bad, 'no volume');
    const cache = join(root, 'bad-cache');
    const first = await prepareRecorded(source, cache);
    expect(first).toMatchObject({ prepared: 2, unchanged: 0 });
    expect(first.said).toContain('set aside');
    expect(readFileSync(first.table, 'utf8')).toMatch(/"\S*volume-1.nii.gz",".+"/);
    expect((await prepareRecorded(source, cache)).said).toContain('1 set aside');
    writeFileSync(bad, good);
    const mended = await prepareRecorded(source, cache);
    expect(mended).toMatchObject({ prepared: 1, aside: [] });
    expect((await surveySources([cache])).cases).toHaveLength(3);
  });

  it('does shards apart, goes on after an interruption, and reads a cache without its index', async () => {
    const source = await writeVolumes(join(root, 'shärds and spaces'), 5);
    symlinkSync(join(source, 'volume-0.nii.gz'), join(source, 'volume-9.nii.gz'));
    const cache = join(root, 'shard cache');
    const first = await prepareRecorded(source, cache, { shard: { number: 2, count: 2 } });
    expect(first).toMatchObject({ prepared: 3, missing: 3 });
    expect(first.said).toContain('Still missing: shards 1/2 (3 cases)');
    expect((await openDataset([cache])).notes.join()).toContain(
      '3 of 6 cases are not in the cache',
    );
    writeFileSync(join(cache, 'index.jsonl'), '{"id":"cut sh');
    let asked = 0;
    const stop = await prepareRecorded(source, cache, {}, () => ++asked > 1);
    expect(stop).toMatchObject({ prepared: 1, unchanged: 3, interrupted: true });
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 2, unchanged: 4 });
    expect((await surveySources([cache])).cases).toHaveLength(6);
  });

  it('says who else is at it, and takes over the lock of a process that is gone', async () => {
    const source = await writeVolumes(join(root, 'lock'), 1);
    const cache = join(root, 'lock-cache');
    await prepareRecorded(source, cache);
    const lock = join(cache, 'locks', '1-of-1.json');
    const hold = (pid: number) =>
      writeFileSync(lock, JSON.stringify({ pid, host: hostname(), since: 'today' }));
    hold(process.ppid);
    const refused = prepareRecorded(source, cache);
    await expect(refused).rejects.toThrow(PreparingError);
    await expect(refused).rejects.toThrow(`by process ${process.ppid} on`);
    hold(2 ** 22 + 1);
    expect(await prepareRecorded(source, cache)).toMatchObject({ unchanged: 1 });
    expect(readdirSync(join(cache, 'locks'))).toEqual([]);
  });

  it('refuses folders that are no cache, and caches of another version', async () => {
    const source = await writeVolumes(join(root, 'version'), 1);
    await expect(prepareRecorded(source, source)).rejects.toThrow('is no cache');
    const cache = join(root, 'version-cache');
    await prepareRecorded(source, cache);
    const path = join(cache, 'cache.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 1', '"version": 0'));
    const refused = openDataset([cache]);
    await expect(refused).rejects.toThrow(DatasetError);
    await expect(refused).rejects.toThrow(/another version.*\n.*pcrl data prepare/);
    await expect(prepareRecorded(source, path)).rejects.toThrow(/cannot be made .*\n.*--out/);
  });
});

function rawFiles(cache: string): string[] {
  const names = readdirSync(cache, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.raw')).map((name) => join(cache, name));
}
