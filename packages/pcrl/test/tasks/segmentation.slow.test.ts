import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors, RandomStream, saveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/evaluation/compare.js';
import { readImage, writeNifti } from '../../src/images/index.js';
import { Encoder3D } from '../../src/networks/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { noPython, python } from '../python.js';
import { drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
let data = '';

beforeAll(async () => {
  data = await drawVolumes(folder);
});

function settings(name: string, changes: object = {}) {
  return resolveFinetuneSettings({
    task: 'segmentation',
    data: [data],
    out: join(folder, name),
    seeds: 1,
    steps: 30,
    batch: 2,
    device: 'cpu',
    threads: 1,
    network: { width: 8 },
    optimiser: { learningRate: 5e-3, schedule: 'constant' },
    views: { size: [16, 16, 16], spacing: 'native' },
    ...changes,
  } as FinetuneInput);
}

/** Dice of saved masks against the files, by nibabel and numpy. */
const DICE = `
import nibabel, numpy as np, glob, csv
rows = list(csv.DictReader(open(given['csv'])))
test = [r for r in rows if r['split'] == 'test']
masks = sorted(glob.glob(given['predictions'] + '/*.nii.gz'))
answer = []
for row, path in zip(test, masks):
    truth = nibabel.load(given['folder'] + '/' + row['label']); predicted = nibabel.load(path)
    assert np.allclose(truth.affine, predicted.affine, atol=1e-4)
    t, p = np.asarray(truth.dataobj), np.asarray(predicted.dataobj)
    answer.append([2 * ((p == k) & (t == k)).sum() / max(1, (p == k).sum() + (t == k).sum()) for k in (1, 3)])`;

describe('fine-tuning a segmentation', () => {
  it('learns two structures; its Dice is that of the masks it saves', async () => {
    const before = liveTensors().tensors;
    const result = await finetune(settings('plain'), listeningIO().io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({ metric: 'Dice', classes: ['1', '3'], complete: true });
    expect(result.summary.mean.mean).toBeGreaterThan(0.6);
    const { columns, rows } = readPredictions(join(folder, 'plain/seed-1/predictions.csv'));
    expect(columns).toEqual(['dice_1', 'dice_3', 'hd95_1', 'hd95_3']);
    expect(result.seeds[0]?.test.perClass[0]).toBeCloseTo(
      rows.reduce((sum, row) => sum + row[0]!, 0) / rows.length,
      12,
    );
    const distances = result.seeds[0]?.test.hausdorff95;
    expect(distances?.without).toEqual([0, 0]);
    expect(distances?.mean).toBeLessThan(20);
    if (noPython) return;
    const predictions = join(folder, 'plain/seed-1/predictions');
    const wanted = python<number[][]>({ csv: data, folder, predictions }, DICE);
    wanted.flat().forEach((value, i) => {
      expect(rows.flatMap((row) => row.slice(0, 2))[i]).toBeCloseTo(value, 9);
    });
  });

  it('predicts on the grid of the file when volumes are resampled', async () => {
    const changes = { steps: 2, views: { size: [16, 16, 16], spacing: 1.5 } };
    await finetune(settings('resampled', changes), listeningIO().io);
    expect(readdirSync(join(folder, 'resampled/seed-1/predictions'))).toHaveLength(3);
    if (noPython) return;
    const predictions = join(folder, 'resampled/seed-1/predictions');
    const wanted = python<number[][]>({ csv: data, folder, predictions }, DICE);
    const { rows } = readPredictions(join(folder, 'resampled/seed-1/predictions.csv'));
    wanted.flat().forEach((value, i) => {
      expect(rows.flatMap((row) => row.slice(0, 2))[i]).toBeCloseTo(value, 9);
    });
  });

  it('slides windows over volumes larger than one', async () => {
    const changes = {
      steps: 1,
      views: { size: [8, 8, 8], spacing: 'native', overlap: 0 },
      loss: 'dice',
    };
    const result = await finetune(settings('windows', changes), listeningIO().io);
    expect(result.complete).toBe(true);
  });

  it('refuses a mask on another grid than its image, showing both', async () => {
    const other = temporaryFolder();
    const csv = await drawVolumes(other, { size: [10, 10, 10] });
    const voxels = new Uint8Array(1000).fill(1);
    const moved = { size: [10, 10, 10], spacing: [1, 1, 3], voxels };
    await writeNifti(join(other, 'masks/v1.nii.gz'), moved);
    const changed = { ...settings('never'), data: [csv], out: join(other, 'run') };
    await expect(finetune(changed, listeningIO().io)).rejects.toThrow(
      /masks on another grid than their image(?:.|\n)*v1\.nii\.gz:(?:.|\n)*mask {2}10 x 10 x 10 voxels of 1, 1, 3 mm(?:.|\n)*image 10 x 10 x 10 voxels of 1, 1, 2 mm/,
    );
  });

  it('brings such a mask to its image where that is asked for, unless they lie apart', async () => {
    const other = temporaryFolder();
    const csv = await drawVolumes(other);
    const path = join(other, 'masks/v6.nii.gz');
    const { size, spacing, voxels } = await readImage(path);
    const labels = Uint8Array.from(voxels);
    await writeNifti(path, { size, spacing, origin: [5, -3, 12], voxels: labels });
    const changes = { steps: 1, seeds: 1, dataset: { masks: 'resample' } };
    const changed = { ...settings('never', changes), data: [csv], out: join(other, 'run') };
    expect((await finetune(changed, listeningIO().io)).complete).toBe(true);
    await compare([changed.out], join(other, 'report.html'), listeningIO().io);
    expect(readFileSync(join(other, 'report.html'), 'utf8')).toContain('v6');
    await writeNifti(path, { size, spacing, origin: [500, -3, 12], voxels: labels });
    const apart = { ...changed, out: join(other, 'apart') };
    await expect(finetune(apart, listeningIO().io)).rejects.toThrow(
      /the mask lies beside its image/,
    );
    expect(existsSync(apart.out)).toBe(false);
  });

  it('refuses weights whose width the groups do not divide, and leaves nothing behind', async () => {
    using encoder = new Encoder3D({ width: 4 }, new RandomStream(1, 'test width'));
    const from = join(folder, 'narrow.safetensors');
    saveTensors(from, encoder.stateDict());
    const narrow = settings('narrow', { from, network: {} });
    await expect(finetune(narrow, listeningIO().io)).rejects.toThrow(
      /network\.width: got 4, which 8 groups of channels do not divide\n.*normalisation=batch/,
    );
    expect(existsSync(narrow.out)).toBe(false);
    const batch = { from, network: { normalisation: 'batch' }, steps: 1 };
    expect((await finetune(settings('narrow', batch), listeningIO().io)).complete).toBe(true);
  });

  it('names every image that cannot be used before the first step', async () => {
    const other = temporaryFolder();
    const csv = await drawVolumes(other, { size: [10, 10, 10] });
    const constant = { size: [10, 10, 10], spacing: [1, 1, 2], origin: [5, -3, 10] };
    await writeNifti(join(other, 'images/v0.nii.gz'), {
      ...constant,
      voxels: new Float32Array(1000),
    });
    writeFileSync(join(other, 'images/v4.nii.gz'), 'no image');
    const changed = { ...settings('never'), data: [csv], out: join(other, 'run') };
    await expect(finetune(changed, listeningIO().io)).rejects.toThrow(/v4\.nii\.gz/);
  });
});
