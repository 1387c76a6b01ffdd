import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { inspect, summarise, writeInspection } from '../../src/inspection/index.js';
import { type Preparing, verify } from '../../src/preparing/index.js';
import {
  type FinetuneInput,
  type FinetuneSettings,
  resolveFinetuneSettings,
} from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/index.js';
import { pretrain } from '../../src/training/pretrain.js';
import { silentIO } from '../../src/training/run-io.js';
import { temporaryFolder } from '../images/folders.js';
import { type DrawnArchive, drawnArchive, unwatched } from '../phantom/archives/drawn.js';
import { prepareRecorded } from '../preparing/recording.js';
import { settings2D, settings3D } from '../training/tiny-data.js';

// Every public archive, drawn in miniature, from its own files to trained networks.

const root = temporaryFolder();
const drawn: DrawnArchive[] = [];
afterAll(() => Promise.all(drawn.map((made) => made.remove())));

/** A public archive in miniature. */
interface Miniature {
  readonly name: string;
  readonly title: string;
  readonly patients: number;
  /** Images, or volumes with all their channels. */
  readonly cases: number;
  readonly labels: number;
  readonly masks: number;
  readonly channels: number;
  readonly preparing: Preparing;
  /** What the cache is fine-tuned for. */
  readonly finetuning: FinetuneInput & { readonly task: FinetuneSettings['task'] };
}

const pictures = {
  labels: 14,
  masks: 0,
  channels: 1,
  preparing: { dimensions: 2, shortSide: 24 },
  finetuning: { task: 'classification', dimensions: 2, views: { size: 16 } },
} as const;

const volumes = {
  // A scan in each of LUNA16's subsets, which are its splits.
  patients: 10,
  cases: 10,
  labels: 0,
  masks: 0,
  channels: 1,
  preparing: { dimensions: 3, spacing: 'native', intensity: 'auto' },
} as const;

const segmentation = {
  ...volumes,
  patients: 6,
  cases: 6,
  masks: 6,
  finetuning: { task: 'segmentation', views: { size: '16x16x16', spacing: 'native' } },
} as const;

const detection = {
  task: 'detection',
  views: { size: '16x16x16', spacing: 'native' },
} as const;

const miniatures: readonly Miniature[] = [
  { name: 'nih', title: 'NIH ChestX-ray14', patients: 6, cases: 11, ...pictures },
  { name: 'chexpert', title: 'CheXpert', patients: 8, cases: 23, ...pictures },
  { name: 'luna', title: 'LUNA16', ...volumes, finetuning: detection },
  { name: 'lits', title: 'LiTS', ...segmentation },
  { name: 'brats', title: 'BraTS', ...segmentation, channels: 4 },
];

describe.each(miniatures)('$title in miniature', (miniature) => {
  it('goes from its files through a cache to trained networks', async () => {
    const { name, patients, cases, preparing } = miniature;
    const made = await drawnArchive(name, { cases: patients, side: 32 });
    drawn.push(made);
    await isInspected(made.folder, miniature);

    const cache = join(root, `${name}-cache`);
    const { prepared, aside } = await prepareRecorded(made.folder, cache, { preparing });
    expect({ prepared, aside }).toEqual({ prepared: cases, aside: [] });
    const { damaged, changed, lacking } = await verify(cache, unwatched);
    expect({ damaged, changed, lacking }).toEqual({ damaged: [], changed: [], lacking: 0 });

    const from = await isPretrainedOn(cache, miniature);
    await isFinetunedOn(cache, made.folder, from, miniature);
  });
});

async function isInspected(folder: string, miniature: Miniature): Promise<void> {
  const { name, title, patients, labels, masks, channels } = miniature;
  const result = await inspect({ paths: [folder], everyVoxel: false }, unwatched);
  const summary = summarise(result!.inspection);
  expect(summary).toMatchObject({ layouts: [title], problems: [], patients });
  expect(summary).toMatchObject({ masks, channels });
  expect(summary.labels).toHaveLength(labels);
  const out = join(root, `${name}-inspected`);
  await writeInspection(out, result!, summary);
  expect(readFileSync(join(out, 'problems.csv'), 'utf8')).toBe('path,reason\n');
  const written = JSON.parse(readFileSync(join(out, 'inspection.json'), 'utf8'));
  expect(written.layouts).toEqual([title]);
  expect(existsSync(join(out, 'contact-sheet.png'))).toBe(true);
}

/** Pre-trains for two steps, and gives the run. */
async function isPretrainedOn(cache: string, { name, preparing }: Miniature): Promise<string> {
  const settingsFor = preparing.dimensions === 2 ? settings2D : settings3D;
  const out = join(root, `${name}-pretrained`);
  const network = preparing.dimensions === 2 ? {} : { width: 8 };
  const options = { steps: 2, batch: 2, dataset: { splitSeed: 1 }, network };
  const { finalLosses, skipped } = await pretrain(settingsFor(cache, out, options), silentIO);
  expect(Number.isFinite(finalLosses.loss)).toBe(true);
  expect(skipped).toEqual([]);
  return out;
}

/** Fine-tunes for one step, with the labels that the cache kept. */
async function isFinetunedOn(
  cache: string,
  folder: string,
  from: string,
  { name, finetuning }: Miniature,
): Promise<void> {
  const known = async (path: string) => {
    const dataset = await openDataset([path], { use: finetuning.task });
    const { labelNames, regions, cases } = dataset;
    const facts = cases.map(({ labels, patient, split, points, candidates }) => ({
      ...{ labels, patient, split, points, candidates },
    }));
    return { labelNames, regions, facts };
  };
  expect(await known(cache)).toEqual(await known(folder));
  const settings = resolveFinetuneSettings({
    ...finetuning,
    data: [cache],
    out: join(root, `${name}-finetuned`),
    from,
    seeds: 1,
    steps: 1,
    batch: 2,
    device: 'cpu',
    threads: 1,
    dataset: { splitSeed: 1 },
  } as FinetuneInput);
  const { complete, splits } = await finetune(settings, silentIO);
  expect(complete).toBe(true);
  expect(splits.train.cases).toBeGreaterThan(0);
}
