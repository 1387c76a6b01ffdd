import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { readImage, writeNifti } from '../../src/images/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { outputNames } from '../../src/tasks/predicting/output-names.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { noPython, python } from '../python.js';
import { drawPictures, drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
const [pictures, volumes] = [join(folder, 'pictures'), join(folder, 'volumes')];
const at = (...parts: string[]) => join(folder, ...parts);

beforeAll(async () => {
  for (const path of [pictures, volumes]) mkdirSync(path);
  const shared = { seeds: 1, batch: 2, device: 'cpu', threads: 1 };
  const runs: FinetuneInput[] = [
    {
      ...shared,
      task: 'classification',
      dimensions: 2,
      data: [await drawPictures(pictures)],
      out: at('scores'),
      steps: 4,
      views: { size: 32 },
    },
    {
      ...shared,
      task: 'segmentation',
      data: [await drawVolumes(volumes)],
      out: at('masks'),
      steps: 12,
      network: { width: 8 },
      optimiser: { learningRate: 5e-3, schedule: 'constant' },
      views: { size: [16, 16, 16], spacing: 'native' },
    } as FinetuneInput,
  ];
  for (const run of runs) await finetune(resolveFinetuneSettings(run), listeningIO().io);
});

function listening() {
  const { io, said } = listeningIO();
  const counted: number[] = [];
  return {
    io: { ...io, count: ({ done }: { done: number }) => counted.push(done) },
    said,
    counted,
  };
}

const jsonOf = (name: string) =>
  JSON.parse(readFileSync(at(name, 'predictions.json'), 'utf8')) as {
    model: object;
    predictions: {
      image: string;
      mask?: string;
      map?: string;
      scores?: Record<string, number>;
      millilitres?: Record<string, number>;
    }[];
    failed: { image: string; reason: string }[];
  };

describe('predicting new images', () => {
  it('gives the scores that the run had for its test pictures, and maps', async () => {
    const before = liveTensors().tensors;
    const { io, counted, said } = listening();
    const tested = readPredictions(at('scores/seed-1/predictions.csv'));
    const request = { model: at('scores'), inputs: [pictures], out: at('answers'), maps: true };
    const result = await predict(request, io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toEqual({ predicted: 28, failed: [], complete: true });
    expect(counted.at(-1)).toBe(28);
    expect(said.at(-1)).toMatch(/28 of 28 predicted/);
    const { predictions } = jsonOf('answers');
    tested.images.forEach((image, n) => {
      const found = predictions.find((each) => each.image === image)!;
      expect(found.scores!.left).toBeCloseTo(tested.rows[n]![0]!, 5);
      expect(found.scores!.high).toBeCloseTo(tested.rows[n]![1]!, 5);
    });
    const csv = readFileSync(at('answers/predictions.csv'), 'utf8').trimEnd().split('\n');
    expect(csv[0]).toBe('image,score_left,score_high,mask,map');
    expect(csv).toHaveLength(29);
    const map = await readImage(at('answers', predictions[0]!.map!));
    expect(map.size[0]).toBeGreaterThan(3 * 320);
  });

  it('puts masks on the grids of the files, passes bad files over, and mixes no names up', async () => {
    const inputs = at('new');
    for (const name of ['a', 'b']) mkdirSync(join(inputs, name), { recursive: true });
    const image = await readImage(join(volumes, 'images/v7.nii.gz'));
    const sideways = { fileAxes: [2, 0, 1], reversed: [true, false, true] };
    await writeNifti(join(inputs, 'a/scan.nii.gz'), image);
    await writeNifti(join(inputs, 'b/scan.nii.gz'), { ...image, stored: sideways });
    writeFileSync(join(inputs, 'b/torn.nii'), 'no image');
    writeFileSync(join(inputs, 'b/picture.png'), readFileSync(join(pictures, 'images/p0.png')));
    const { io, said } = listening();
    const request = { model: at('masks'), inputs: [inputs], out: at('found'), maps: true };
    const result = await predict(request, io);
    expect(result).toMatchObject({ predicted: 2, complete: true });
    const { predictions, failed } = jsonOf('found');
    expect(failed.map((each) => each.image).sort()).toEqual([
      join(inputs, 'b/picture.png'),
      join(inputs, 'b/torn.nii'),
    ]);
    expect(said.join('\n')).toMatch(/picture\.png: a picture \(2D\), and the run learnt from 3D/);
    expect(said.at(-1)).toMatch(/2 of 4 predicted, 2 passed over/);
    expect(predictions.map(({ mask }) => mask)).toEqual([
      'masks/a/scan.nii.gz',
      'masks/b/scan.nii.gz',
    ]);
    expect(existsSync(at('found/maps/b/scan.png'))).toBe(true);
    const [plain, turned, tested] = await Promise.all(
      [
        at('found/masks/a/scan.nii.gz'),
        at('found/masks/b/scan.nii.gz'),
        at('masks/seed-1/predictions/0002-v7.nii.gz'),
      ].map((path) => readImage(path)),
    );
    expect(tested!.voxels.some((label) => label > 0)).toBe(true);
    expect([...plain!.voxels]).toEqual([...tested!.voxels]);
    expect([...turned!.voxels]).toEqual([...tested!.voxels]);
    const voxels = tested!.voxels.filter((label) => label === 3).length;
    expect(predictions[0]!.millilitres!['3']).toBeCloseTo((voxels * 2) / 1000, 9);
    if (noPython) return;
    const same = python<boolean[]>(
      [
        ['new/a', 'found/masks/a'],
        ['new/b', 'found/masks/b'],
      ].map((pair) => pair.map((name) => at(name, 'scan.nii.gz'))),
      `
import nibabel, numpy as np
pairs = [[nibabel.load(path) for path in pair] for pair in given]
answer = [bool(a.shape == b.shape and np.allclose(a.affine, b.affine, atol=1e-5)) for a, b in pairs]`,
    );
    expect(same).toEqual([true, true]);
  });

  it('fails where not one image can be used', async () => {
    writeFileSync(at('torn.nii.gz'), 'no image');
    const request = { model: at('masks'), inputs: [at('torn.nii.gz')], out: at('nothing') };
    await expect(predict(request, listening().io)).rejects.toThrow(/not one of 1 images/);
    expect(jsonOf('nothing').failed).toHaveLength(1);
  });

  it('says in a line what is wrong with the run, an input or the folder', async () => {
    const { io } = listening();
    const request = { model: at('scores'), inputs: [pictures], out: at('never') };
    mkdirSync(at('pretrained'));
    writeFileSync(at('pretrained/config.json'), '{"method": "pcrlv2"}');
    const refused = (changes: object) => expect(predict({ ...request, ...changes }, io)).rejects;
    await refused({ model: at('pretrained') }).toThrow(/is a pre-training run/);
    await refused({ model: at('none') }).toThrow(/holds no run/);
    await refused({ seed: 7 }).toThrow(/no finished seed 7\n {2}It has 1/);
    await refused({ inputs: [at('nowhere')] }).toThrow(/no such file or folder/);
    await refused({ out: at('answers') }).toThrow(/is not empty/);
    expect(existsSync(at('never'))).toBe(false);
  });

  it('calls no two files the same', () => {
    expect(outputNames(['/d/a/x.png', '/d/b/x.png', '/d/b/x.jpg', '/d/b/y.nii.gz'])).toEqual([
      'a/x',
      'b/x.png',
      'b/x.jpg',
      'b/y',
    ]);
    expect(outputNames(['/d/x.mha', '/d/x.nii', '/d/x.mha.nii.gz'])).toEqual([
      'x.mha',
      'x.nii',
      'x.mha.nii.gz',
    ]);
    expect(outputNames(['/d/1.2.840.9'])).toEqual(['1.2.840.9']);
  });
});
