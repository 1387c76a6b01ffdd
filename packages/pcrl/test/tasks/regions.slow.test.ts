import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { tellArchive } from '../../src/datasets/tell-task.js';
import { compare } from '../../src/evaluation/compare.js';
import { readImage } from '../../src/images/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { structuresIn, structuresOf } from '../../src/tasks/structures.js';
import { type DrawnArchive, drawnArchive } from '../phantom/archives/drawn.js';
import { noPython, python } from '../python.js';
import { drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
const drawn: DrawnArchive[] = [];
afterAll(() => Promise.all(drawn.map((made) => made.remove())));

const TUMOUR = [
  { name: 'WT', values: [1, 2, 4] },
  { name: 'TC', values: [1, 4] },
  { name: 'ET', values: [4] },
];

/** Dice of regions in saved masks against the files, by nibabel and numpy. */
const DICE = `
import nibabel, numpy as np
answer = []
for truth, predicted in given['pairs']:
    t, p = nibabel.load(truth), nibabel.load(predicted)
    assert np.allclose(t.affine, p.affine, atol=1e-4), 'another grid'
    t, p = np.asarray(t.dataobj), np.asarray(p.dataobj)
    for values in given['regions']:
        a, b = np.isin(t, values), np.isin(p, values)
        answer.append(2 * (a & b).sum() / (a.sum() + b.sum()) if a.any() or b.any() else 1)`;

describe('structures of a segmentation', () => {
  it('get a value of their own, and voxels of nested ones the innermost', () => {
    expect(structuresOf(TUMOUR).map(({ label }) => label)).toEqual([2, 1, 4]);
    const liver = [
      { name: 'liver', values: [1, 2] },
      { name: 'tumour', values: [2] },
    ];
    expect(structuresOf(liver).map(({ label }) => label)).toEqual([1, 2]);
  });

  it('are refused where masks hold values that belong to no region', async () => {
    const other = temporaryFolder();
    const dataset = await openDataset([await drawVolumes(other)], { use: 'segmentation' });
    const regions = [{ name: 'liver', values: [1, 2] }];
    await expect(structuresIn({ ...dataset, regions }, null)).rejects.toThrow(
      /values that stand for nothing here: 3\n.*liver \(1, 2\)/,
    );
  });

  it('are those that were asked for', async () => {
    const other = temporaryFolder();
    const dataset = await openDataset([await drawVolumes(other)], { use: 'segmentation' });
    const named = async (wanted: readonly string[]) =>
      (await structuresIn(dataset, wanted)).map(({ name }) => name);
    expect(await named(['3'])).toEqual(['3']);
    await expect(named(['liver'])).rejects.toThrow(
      /no structure is called liver\n.*There are 1, 3/,
    );
  });

  it('are the liver alone where LiTS is learnt as the paper has it, crops around it', async () => {
    const made = await drawnArchive('lits', { cases: 5, side: 32 });
    drawn.push(made);
    const settings = resolveFinetuneSettings({
      task: 'segmentation',
      protocol: 'lits',
      preset: 'official',
      data: [made.folder],
      out: join(folder, 'lits'),
      seeds: 1,
      steps: 2,
      batch: 2,
      device: 'cpu',
      threads: 1,
      network: { width: 8 },
      views: { size: [16, 16, 16], spacing: [16, 16, 8], overlap: 0.5, margin: 1 },
    } as FinetuneInput);
    expect(settings).toMatchObject({ loss: 'tversky', views: { intensity: [-200, 200] } });
    const result = await finetune(settings, listeningIO().io);
    expect(result).toMatchObject({ classes: ['liver'], regions: [{ name: 'liver' }] });
    expect(await tellArchive([made.folder])).toBe('lits');
  });

  it('are learnt from the four channels of BraTS: WT, TC, ET, scored on the masks that are saved', async () => {
    const made = await drawnArchive('brats', { cases: 6, side: 32 });
    drawn.push(made);
    const settings = resolveFinetuneSettings({
      task: 'segmentation',
      data: [made.folder],
      out: join(folder, 'brats'),
      seeds: 1,
      steps: 20,
      batch: 2,
      device: 'cpu',
      threads: 1,
      network: { width: 8 },
      optimiser: { learningRate: 5e-3, schedule: 'constant' },
      views: { size: [24, 24, 16], spacing: 'native' },
    } as FinetuneInput);
    const { io } = listeningIO();
    const result = await finetune(settings, io);
    expect(result).toMatchObject({
      metric: 'Dice',
      classes: ['WT', 'TC', 'ET'],
      regions: TUMOUR,
      channelNames: ['t1', 't2', 'flair', 't1ce'],
    });
    const seed = join(folder, 'brats/seed-1');
    const { columns, rows, images, masks } = readPredictions(join(seed, 'predictions.csv'));
    expect(columns).toEqual(['dice_WT', 'dice_TC', 'dice_ET', 'hd95_WT', 'hd95_TC', 'hd95_ET']);
    expect(rows.some(([whole]) => whole! > 0.2)).toBe(true);
    await compare([join(folder, 'brats')], join(folder, 'brats.html'), io);

    const counting = { ...io, count: () => undefined };
    const request = {
      model: join(folder, 'brats'),
      inputs: [made.folder],
      out: join(folder, 'new'),
    };
    await expect(predict(request, counting)).resolves.toMatchObject({ predicted: 6, failed: [] });
    const saved = readdirSync(join(seed, 'predictions')).sort();
    const name = saved[0]!.replace(/^\d+-/, '');
    const again = readdirSync(join(folder, 'new/masks'), { recursive: true, encoding: 'utf8' });
    const path = again.find((each) => each.endsWith(name))!;
    const [tested, predicted] = await Promise.all([
      readImage(join(seed, 'predictions', saved[0]!)),
      readImage(join(folder, 'new/masks', path)),
    ]);
    expect([...predicted.voxels]).toEqual([...tested.voxels]);
    if (noPython) return;
    const pairs = masks.map((mask, at) => [mask, join(seed, 'predictions', saved[at]!)]);
    expect(pairs).toHaveLength(images.length);
    const regions = TUMOUR.map(({ values }) => values);
    const wanted = python<number[]>({ pairs, regions }, DICE);
    const found = rows.flatMap((row) => row.slice(0, 3));
    wanted.forEach((value, at) => {
      expect(found[at]).toBeCloseTo(value, 9);
    });
  });
});
