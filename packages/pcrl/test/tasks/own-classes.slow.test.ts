import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { liveTensors, noGrad, scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { tellTask } from '../../src/datasets/tell-task.js';
import { anyOfClasses, oneOfTheClasses } from '../../src/tasks/class-outputs.js';
import { finetune } from '../../src/tasks/finetune.js';
import { prepareRecorded } from '../preparing/recording.js';
import { noPython, python } from '../python.js';
import { ownLabels } from './own-labels.js';
import { drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const { root, tables, settings, predictionsOf, predicted } = ownLabels();

describe('one class of each image', () => {
  it('is learnt by softmax, and scored one against the rest', async () => {
    const before = liveTensors().tensors;
    const { io, said } = listeningIO();
    const result = await finetune(settings('classification', 'classes'), io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({ classes: ['high', 'left', 'low'], exclusive: true });
    expect(said.join('\n')).toMatch(/accuracy/);
    const { rows, images } = predictionsOf('classes');
    for (const row of rows) expect(row[0]! + row[1]! + row[2]!).toBeCloseTo(1, 5);
    const again = await predicted('classes');
    images.forEach((image, at) => {
      again.get(basename(image))?.forEach((score, k) => {
        expect(score).toBeCloseTo(rows[at]![k]!, 5);
      });
    });
    if (noPython) return;
    const wanted = python<{ auroc: number[]; accuracy: number }>(
      rows,
      `
from sklearn.metrics import roc_auc_score, accuracy_score
import numpy as np
rows = np.array(given); scores, labels = rows[:, :3], rows[:, 3:]
answer = {'auroc': roc_auc_score(labels, scores, average=None).tolist(),
          'accuracy': accuracy_score(labels.argmax(1), scores.argmax(1))}`,
    );
    const { test } = result.seeds[0]!;
    wanted.auroc.forEach((value, at) => {
      expect(test.perClass[at]).toBeCloseTo(value, 9);
    });
    expect(test.further?.accuracy).toBeCloseTo(wanted.accuracy, 9);
  });

  it('may be in a column of another name, and is probed class by class', async () => {
    const text = readFileSync(tables.classes, 'utf8').replace('label', 'finding');
    writeFileSync(join(root, 'finding.csv'), text);
    const changes = {
      data: [join(root, 'finding.csv')],
      labelNames: ['finding'],
      probe: { kind: 'linear' },
    };
    const result = await finetune(settings('classification', 'probed', changes), listeningIO().io);
    expect(result.classes).toEqual(['high', 'left', 'low']);
    const { rows } = predictionsOf('probed');
    expect(rows.some((row) => row[0]! + row[1]! + row[2]! > 1.001)).toBe(true);
  });

  it('may be told by folders, which may be splits as well', async () => {
    const folder = join(root, 'folders');
    for (const line of readFileSync(tables.classes, 'utf8').trim().split('\n').slice(1)) {
      const [image, , split, label] = line.split(',');
      const to = join(folder, split!, label!, basename(image!));
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(root, image!), to);
    }
    const told = await openDataset([folder], { use: 'classification' });
    expect(told).toMatchObject({ labelNames: ['high', 'left', 'low'], exclusive: true });
    const facts = async (path: string) =>
      (await openDataset([path], { use: 'classification' })).cases
        .map(({ image, labels, split }) => [basename(image), split, labels])
        .sort();
    expect(await facts(folder)).toEqual(await facts(tables.classes));
  });

  it('goes through a cache', async () => {
    const cache = join(root, 'cache');
    const preparing = { dimensions: 2, shortSide: 32 } as const;
    await prepareRecorded(tables.classes, cache, { preparing });
    const facts = async (path: string) => {
      const { cases, ...rest } = await openDataset([path], { use: 'classification' });
      const { labelNames, exclusive } = rest;
      return { labelNames, exclusive, labels: cases.map(({ labels }) => labels) };
    };
    expect(await facts(cache)).toEqual(await facts(tables.classes));
    const other = join(root, 'cache-of-numbers');
    await prepareRecorded(tables.numbers, other, { preparing });
    const { targetName, cases } = await openDataset([other], { use: 'regression' });
    expect(targetName).toBe('label');
    expect(cases[0]?.target).toBe(170.5);
    expect(await tellTask([other])).toBe('regression');
  });
});

describe('weights of rare classes', () => {
  const logits = [
    [2, -1, 0.5],
    [0.3, 1.5, -2],
    [-0.7, 0.2, 0.1],
    [1.1, -0.4, 0.9],
  ];
  const made = () => tensor(Float32Array.from(logits.flat()), [4, 3]);
  const cases = [
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
  ].map((labels) => ({ image: '', labels }));
  const items = cases.map((item, index) => ({ item, index }));

  it('are negatives over positives, or the inverse of each class’s share', () => {
    expect(anyOfClasses.balancing(cases, 3)).toEqual([1 / 3, 3, 1]);
    expect(oneOfTheClasses.balancing(cases, 3)).toEqual([4 / 9, 4 / 3, 1]);
  });

  it.skipIf(noPython)('give the losses of PyTorch', () => {
    const weights = [0.5, 3, 1];
    const wanted = python<{ any: number; one: number; each: number[] }>(
      { logits, labels: cases.map(({ labels }) => labels), weights },
      `
import torch, torch.nn.functional as F
logits, labels = torch.tensor(given['logits']), torch.tensor(given['labels'], dtype=torch.float32)
w = torch.tensor(given['weights'])
answer = {'any': F.binary_cross_entropy_with_logits(logits, labels, pos_weight=w).item(),
          'one': F.cross_entropy(logits, labels.argmax(1), weight=w).item(),
          'each': F.cross_entropy(logits, labels.argmax(1), weight=w, reduction='none').tolist()}`,
    );
    noGrad(() =>
      scope(() => {
        expect(anyOfClasses.loss(made(), items, weights).item()).toBeCloseTo(wanted.any, 6);
        expect(oneOfTheClasses.loss(made(), items, weights).item()).toBeCloseTo(wanted.one, 6);
        oneOfTheClasses
          .losses(made(), items, weights)
          .toArray()
          .forEach((loss, at) => {
            expect(loss).toBeCloseTo(wanted.each[at]!, 6);
          });
      }),
    );
  });

  it('change what is learnt', async () => {
    const lossOf = async (imbalance: string) => {
      const name = `imbalance-${imbalance}`;
      await finetune(
        settings('classification', name, { imbalance, steps: 1, select: 'last' }),
        listeningIO().io,
      );
      return JSON.parse(
        readFileSync(join(root, name, 'seed-1/metrics.jsonl'), 'utf8').split('\n')[0]!,
      ).loss as number;
    };
    expect(await lossOf('weights')).not.toBe(await lossOf('none'));
  });
});

describe('what is learnt', () => {
  it('is told by the labels', async () => {
    const columns = join(root, 'labels.csv');
    const volumes = temporaryFolder();
    expect(await tellTask([columns])).toBe('classification');
    expect(await tellTask([tables.classes])).toBe('classification');
    expect(await tellTask([tables.numbers])).toBe('regression');
    expect(await tellTask([await drawVolumes(volumes)])).toBe('segmentation');
    expect(await tellTask([join(root, 'folders')])).toBe('classification');
    await expect(tellTask([join(root, 'images')])).rejects.toThrow(/--task/);
  });

  it('is refused where the labels are of another kind', async () => {
    const wrong = settings('classification', 'wrong', { data: [tables.numbers] });
    // Four different numbers, one of them not whole.
    await expect(finetune(wrong, listeningIO().io)).rejects.toThrow(
      /numbers, not classes: to learn them, --task regression/,
    );
    const names = settings('regression', 'wrong', { data: [tables.classes] });
    await expect(finetune(names, listeningIO().io)).rejects.toThrow(/no number in the column/);
  });
});
