import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors, RandomStream, saveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/evaluation/compare.js';
import { holm } from '../../src/metrics/index.js';
import { ResNet18 } from '../../src/networks/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { drawPictures, drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

async function tune(name: string, changes: object): Promise<void> {
  const shared = { out: at(name), seeds: 2, steps: 2, batch: 4, device: 'cpu', threads: 1 };
  await finetune(
    resolveFinetuneSettings({ ...shared, ...changes } as FinetuneInput),
    listeningIO().io,
  );
}

beforeAll(async () => {
  mkdirSync(at('2d'));
  mkdirSync(at('3d'));
  using encoder = new ResNet18(new RandomStream(9, 'test compare'));
  saveTensors(at('pretrained.safetensors'), encoder.stateDict());
  const pictures = { task: 'classification', dimensions: 2, views: { size: 32 } };
  const data = [await drawPictures(at('2d'), { lungs: true })];
  for (const [name, from] of [
    ['tuned', at('pretrained.safetensors')],
    ['scratch', 'scratch'],
  ]) {
    for (const labels of [4, 8]) {
      await tune(`${name}-${labels}`, { ...pictures, data, from, labels });
    }
  }
  const volumes = { task: 'segmentation', data: [await drawVolumes(at('3d'))], seeds: 1, batch: 2 };
  const network = { network: { width: 8 }, views: { size: [16, 16, 16], spacing: 'native' } };
  await tune('volumes', { ...volumes, ...network });
});

describe('comparing runs', () => {
  it('groups by labels and weights, with differences to scratch over the same patients', async () => {
    const before = liveTensors().tensors;
    const { io, said } = listeningIO();
    const runs = ['tuned-8', 'scratch-4', 'tuned-4', 'scratch-8'].map(at);
    const { groups, metric } = await compare(runs, at('report.html'), io);
    expect(liveTensors().tensors).toBe(before);
    expect(metric).toBe('AUROC');
    expect(groups.map(({ group }) => `${group.labelled} ${group.source}`)).toEqual([
      '4 from scratch',
      '4 pretrained',
      '8 from scratch',
      '8 pretrained',
    ]);
    const [scratch, tuned] = groups;
    expect(scratch?.gain).toBeUndefined();
    expect(tuned?.gain?.value).toBeCloseTo(
      tuned!.mean.estimate!.value - scratch!.mean.estimate!.value,
      12,
    );
    expect(tuned?.mean.spread?.mean).toBeCloseTo(tuned!.mean.estimate!.value, 12);
    expect(tuned!.gain!.low).toBeLessThanOrEqual(tuned!.gain!.high);
    const gains = groups.flatMap(({ gain }) => gain?.pOfZero ?? []);
    expect(groups.flatMap(({ correctedP }) => correctedP ?? [])).toEqual(holm(gains));
    expect(said[0]).toContain('p (Holm)');
    expect(said[0]).toMatch(/^Labels +Weights +Cases +Seeds +AUROC x100/);
    const page = readFileSync(at('report.html'), 'utf8');
    for (const words of [
      'AUROC by labelled cases',
      'ROC of left',
      'Training',
      'over scratch',
      'Failure cases',
      '% outside the lungs',
      'outside the lungs, findings that are there',
    ]) {
      expect(page).toContain(words);
    }
    const files = readdirSync(at('report-pictures'));
    expect(files).toContain('attention.png');
    expect(files).toContain('confident-errors.png');
    expect(files).toContain('roc-of-left.png');
    expect(files).toContain('auroc-by-labelled-cases.png');
  });

  it('shows masks over slices', async () => {
    const { groups } = await compare([at('volumes')], at('volumes.html'), listeningIO().io);
    const { rows } = readPredictions(at('volumes/seed-1/predictions.csv'));
    const dices = rows.flatMap((row) => row.slice(0, 2));
    const dice = dices.reduce((sum, value) => sum + value, 0) / dices.length;
    expect(groups[0]?.mean.estimate?.value).toBeCloseTo(dice, 12);
    const page = readFileSync(at('volumes.html'), 'utf8');
    expect(page).toContain('second worst: ');
    expect(page).toContain('marked where nothing or something else is');
    expect(readdirSync(at('volumes-pictures')).sort().slice(0, 3)).toContain('failures.png');
    expect(page).toContain('HD95 in mm');
    expect(page).toMatch(/data:image\/png;base64,/);
  });

  it('refuses runs that do not belong together', async () => {
    const { io } = listeningIO();
    const out = at('never.html');
    const script = at('thesis.sh');
    writeFileSync(script, 'mine');
    await expect(compare([at('volumes')], script, io)).rejects.toThrow(/Name it .*thesis\.html/);
    expect(readFileSync(script, 'utf8')).toBe('mine');
    await expect(compare([at('volumes'), at('tuned-4')], out, io)).rejects.toThrow(
      /different tasks:\n.*segmentation, 3D, classes 1, 3\n.*classification, 2D, classes left, high/,
    );
    mkdirSync(at('other'));
    const other = [await drawPictures(at('other'), { cases: { train: 8, val: 2, test: 8 } })];
    const pictures = { task: 'classification', dimensions: 2, views: { size: 32 } };
    await tune('elsewhere', { ...pictures, data: other, seeds: 1, steps: 1 });
    await expect(compare([at('scratch-4'), at('elsewhere')], out, io)).rejects.toThrow(
      /elsewhere was tested on other cases than .*scratch-4\n {4}only in .*scratch-4: /,
    );
    mkdirSync(at('empty'));
    await expect(compare([at('empty')], out, io)).rejects.toThrow(/holds no run/);
  });
});
