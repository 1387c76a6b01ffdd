import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import type { FinetuneResult } from '../../src/tasks/results.js';
import { noPython, python } from '../python.js';
import { lockAsAnother } from '../training/foreign-lock.js';
import { drawPictures, listeningIO, temporaryFolder } from './synthetic.js';

const folder = temporaryFolder();
let data = '';

beforeAll(async () => {
  data = await drawPictures(folder);
});

function settings(name: string, changes: object = {}) {
  return resolveFinetuneSettings({
    task: 'classification',
    dimensions: 2,
    data: [data],
    out: join(folder, name),
    labels: 8,
    seeds: 2,
    steps: 6,
    batch: 4,
    device: 'cpu',
    threads: 1,
    optimiser: { learningRate: 1e-3 },
    views: { size: 32, scale: [0.7, 1] },
    ...changes,
  } as FinetuneInput);
}

const fileOf = (name: string, ...parts: string[]) =>
  readFileSync(join(folder, name, ...parts), 'utf8');

describe('fine-tuning a classifier', () => {
  it('gives a run folder whose results are those of its predictions', async () => {
    const before = liveTensors().tensors;
    const { io, said } = listeningIO();
    const result = await finetune(settings('plain'), io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({
      metric: 'AUROC',
      classes: ['left', 'high'],
      complete: true,
      splits: { train: { cases: 12, patients: 6 }, test: { cases: 10, patients: 5 } },
    });
    expect(JSON.parse(fileOf('plain', 'results.json'))).toEqual(result);
    expect(said.join('\n')).toMatch(/AUROC on 10 test cases, labels 8 \(8 cases\), 2 seeds/);
    expect(result.seeds.map(({ seed, steps }) => [seed, steps])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    expect(result.seeds[0]?.labelled).toMatchObject({ cases: 8, patients: 4, positives: [4, 2] });
    for (const { seed, test } of result.seeds) {
      const { columns, rows } = readPredictions(join(folder, `plain/seed-${seed}/predictions.csv`));
      expect(columns).toEqual(['score_left', 'score_high', 'label_left', 'label_high']);
      expect(rows).toHaveLength(10);
      if (noPython) continue;
      const wanted = python<number[]>(
        rows,
        `
from sklearn.metrics import roc_auc_score
import numpy as np
rows = np.array(given)
answer = [roc_auc_score(rows[:, 2 + k], rows[:, k]) for k in range(2)]`,
      );
      wanted.forEach((value, at) => {
        expect(test.perClass[at]).toBeCloseTo(value, 9);
      });
    }
  });

  it('learns what is easy to see', async () => {
    const { io } = listeningIO();
    const changes = {
      seeds: 1,
      steps: 40,
      batch: 12,
      labels: 'all',
      views: { rotation: 0, flip: 0 },
    };
    const learnt = settings('learns', { ...changes, network: { dropout: 0 } });
    const { summary } = await finetune(
      { ...learnt, views: { ...learnt.views, size: [32, 32] } } as typeof learnt,
      io,
    );
    expect(summary.mean.mean).toBeGreaterThan(0.85);
  });

  it('labels a smaller budget’s cases in a larger one too, the same for every seed', async () => {
    const quick = { steps: 1, seeds: 2 };
    await finetune(settings('few', { ...quick, labels: 4 }), listeningIO().io);
    await finetune(settings('more', { ...quick, labels: '60%' }), listeningIO().io);
    const listed = (run: string, seed: number) =>
      fileOf(run, `seed-${seed}`, 'labelled.txt').trim().split('\n');
    expect(listed('few', 1)).toHaveLength(4);
    expect(listed('more', 1).length).toBeGreaterThan(4);
    expect(listed('more', 1)).toEqual(expect.arrayContaining(listed('few', 1)));
    expect(listed('few', 2)).toEqual(listed('few', 1));
  });

  it('goes on after an interruption to the same results', async () => {
    const { io, said } = listeningIO({ stopAfter: 4 });
    const first = await finetune(settings('stopped'), io);
    expect(first.complete).toBe(false);
    const run = join(folder, 'stopped');
    expect(said.at(-1)).toBe(
      `Saved; no seed is finished. Go on with: pcrl finetune --out ${run} --resume`,
    );
    expect(existsSync(join(folder, 'stopped/seed-1/checkpoints'))).toBe(true);
    const later = listeningIO({ resume: true, stopAfter: 4 });
    expect((await finetune(settings('stopped'), later.io)).seeds).toHaveLength(1);
    expect(later.said.at(-1)).toBe(
      `Saved; 1 of 2 seeds finished. Go on with: pcrl finetune --out ${run} --resume`,
    );
    const second = await finetune(settings('stopped'), listeningIO({ resume: true }).io);
    const whole = JSON.parse(fileOf('plain', 'results.json')) as FinetuneResult;
    expect(second.complete).toBe(true);
    const numbers = ({ seeds }: FinetuneResult) => seeds.map(({ seconds: _, ...rest }) => rest);
    expect(numbers(second)).toEqual(numbers(whole));
    expect(existsSync(join(folder, 'stopped/seed-1/checkpoints'))).toBe(false);
    expect(fileOf('stopped', 'seed-1', 'predictions.csv')).toBe(
      fileOf('plain', 'seed-1', 'predictions.csv'),
    );
  });

  it('does not repeat a finished seed', async () => {
    const marker = join(folder, 'stopped/seed-2/network.safetensors');
    rmSync(marker);
    await finetune(settings('stopped'), listeningIO({ resume: true }).io);
    expect(existsSync(marker)).toBe(false);
  });

  it('refuses a folder with a run, and a resume under other settings', async () => {
    await expect(finetune(settings('plain'), listeningIO().io)).rejects.toThrow(/holds a run/);
    const other = settings('plain', { batch: 3 });
    await expect(finetune(other, listeningIO({ resume: true }).io)).rejects.toThrow(
      /begun with other settings:\n {4}batch: 4 in the run, 3 now/,
    );
  });

  it('refuses to resume a run that another process writes', async () => {
    const unlock = lockAsAnother(join(folder, 'plain'));
    const resumed = finetune(settings('plain'), listeningIO({ resume: true }).io);
    await expect(resumed).rejects.toThrow(/is being written by process/);
    unlock();
  });

  it('leaves a frozen encoder as it came', async () => {
    const { readSafetensors } = await import('@pcrl/torch');
    const weights = (name: string) =>
      readSafetensors(join(folder, name, 'seed-1/network.safetensors')).tensors;
    const frozen = { frozenEncoder: true, seeds: 1, select: 'last' };
    await finetune(settings('frozen-1', { ...frozen, steps: 1 }), listeningIO().io);
    await finetune(settings('frozen-5', { ...frozen, steps: 5 }), listeningIO().io);
    const [one, five] = [weights('frozen-1'), weights('frozen-5')];
    const bytes = (tensors: typeof one, key: string) => Buffer.from(tensors.get(key)!.data);
    for (const key of ['model.encoder.conv1.weight', 'model.encoder.bn1.running_mean']) {
      expect(bytes(one, key).equals(bytes(five, key))).toBe(true);
    }
    const head = 'model.classification_head.3.weight';
    expect(bytes(one, head).equals(bytes(five, head))).toBe(false);
  });
});
