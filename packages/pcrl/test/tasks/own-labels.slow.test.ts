import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { liveTensors, noGrad, RandomStream, scope, tensor } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { tellTask } from '../../src/datasets/tell-task.js';
import { compare } from '../../src/evaluation/compare.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { anyOfClasses, oneOfTheClasses } from '../../src/tasks/class-outputs.js';
import { finetune } from '../../src/tasks/finetune.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { neighboursOf } from '../../src/tasks/probing/neighbour-network.js';
import { NeighbourNumbers } from '../../src/tasks/probing/neighbour-numbers.js';
import { ridgeProbe } from '../../src/tasks/probing/ridge-probe.js';
import { RegressionNetwork } from '../../src/tasks/regression-network.js';
import { prepareRecorded } from '../preparing/recording.js';
import { noPython, python } from '../python.js';
import { drawPictures, drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

const root = temporaryFolder();
/** Tables beside the same pictures: a class of each, and a number. */
let [classes, numbers] = ['', ''];

beforeAll(async () => {
  const drawn = await drawPictures(root, { order: false });
  const [, ...rows] = readFileSync(drawn, 'utf8').trim().split('\n');
  const table = (name: string, labelOf: (left: number, high: number) => string | number) => {
    const lines = rows.map((row) => {
      const [image, patient, split, left, high] = row.split(',');
      return [image, patient, split, labelOf(Number(left), Number(high))].join(',');
    });
    const path = join(root, name);
    writeFileSync(path, `image,patient_id,split,label\n${lines.join('\n')}\n`);
    return path;
  };
  classes = table('classes.csv', (left, high) => (left ? 'left' : high ? 'high' : 'low'));
  numbers = table('numbers.csv', (left, high) => 170.5 + 20 * left + 5 * high);
});

function settings(task: string, name: string, changes: object = {}) {
  return resolveFinetuneSettings({
    task,
    dimensions: 2,
    data: [task === 'regression' ? numbers : classes],
    out: join(root, name),
    seeds: 1,
    steps: 6,
    batch: 6,
    device: 'cpu',
    threads: 1,
    optimiser: { learningRate: 1e-3 },
    views: { size: 32, scale: [0.7, 1], flip: 0, rotation: 0 },
    ...changes,
  } as FinetuneInput);
}

const predictionsOf = (name: string) => readPredictions(join(root, name, 'seed-1/predictions.csv'));

/** Predicts the test images anew, and gives the values of each image's base name. */
async function predicted(name: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const out = join(root, `${name}-predicted`);
  const quiet = { say: () => {}, warn: () => {}, interrupted: () => false, count: () => {} };
  const inputs = [join(root, 'images')];
  await predict({ model: join(root, name), inputs, out, maps: true }, quiet);
  const [, ...lines] = readFileSync(join(out, 'predictions.csv'), 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [image, ...values] = line.split(',');
      return [basename(image!), values.slice(0, -2).map(Number)] as const;
    }),
  );
}

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
    const text = readFileSync(classes, 'utf8').replace('label', 'finding');
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
    for (const line of readFileSync(classes, 'utf8').trim().split('\n').slice(1)) {
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
    expect(await facts(folder)).toEqual(await facts(classes));
  });

  it('goes through a cache', async () => {
    const cache = join(root, 'cache');
    const preparing = { dimensions: 2, shortSide: 32 } as const;
    await prepareRecorded(classes, cache, { preparing });
    const facts = async (path: string) => {
      const { cases, ...rest } = await openDataset([path], { use: 'classification' });
      const { labelNames, exclusive } = rest;
      return { labelNames, exclusive, labels: cases.map(({ labels }) => labels) };
    };
    expect(await facts(cache)).toEqual(await facts(classes));
    const other = join(root, 'cache-of-numbers');
    await prepareRecorded(numbers, other, { preparing });
    const { targetName, cases } = await openDataset([other], { use: 'regression' });
    expect(targetName).toBe('label');
    expect(cases[0]?.target).toBe(170.5);
    expect(await tellTask([other])).toBe('regression');
  });
});

describe('a number of each image', () => {
  it('is learnt in its own unit, and scored by R², MAE and rank', async () => {
    const before = liveTensors().tensors;
    const long = { steps: 24, batch: 12, views: { size: 32, scale: [1, 1], flip: 0, rotation: 0 } };
    const result = await finetune(settings('regression', 'numbers', long), listeningIO().io);
    expect(liveTensors().tensors).toBe(before);
    expect(result).toMatchObject({ metric: 'R²', classes: ['label'] });
    expect(result.summary.mean.mean).toBeGreaterThan(0.5);
    const { rows, images, columns } = predictionsOf('numbers');
    expect(columns).toEqual(['value_label', 'label_label']);
    const again = await predicted('numbers');
    images.forEach((image, at) => {
      expect(again.get(basename(image))?.[0]).toBeCloseTo(rows[at]![0]!, 3);
    });
    if (noPython) return;
    const wanted = python<{ r2: number; mae: number; rho: number }>(
      rows,
      `
from sklearn.metrics import r2_score, mean_absolute_error
from scipy.stats import spearmanr
import numpy as np
value, truth = np.array(given).T
answer = {'r2': r2_score(truth, value), 'mae': mean_absolute_error(truth, value), 'rho': spearmanr(truth, value)[0]}`,
    );
    const { test } = result.seeds[0]!;
    expect(test.mean).toBeCloseTo(wanted.r2, 9);
    expect(test.further?.MAE).toBeCloseTo(wanted.mae, 9);
    expect(test.further?.Spearman).toBeCloseTo(wanted.rho, 9);
  });

  it.skipIf(noPython)('is probed by ridge regression, as scikit-learn has it', async () => {
    const random = new RandomStream(11, 'test ridge');
    const rows = Array.from({ length: 30 }, () => random.fillNormal(new Float32Array(5), 3, 2));
    const labels = rows.map((row) => [100 + 7 * row[0]! - 2 * row[3]! + random.normal()]);
    const table = { classes: ['n'], width: 5, rows, labels };
    const { classifiers } = ridgeProbe(table, { ...table, rows: [], labels: [] }, 2.5);
    const { weights, bias } = classifiers[0]!;
    const wanted = python<number[]>(
      { rows: rows.map((row) => [...row]), labels },
      `
from sklearn.linear_model import Ridge
import numpy as np
X, y = np.array(given['rows']), np.array(given['labels'])[:, 0]
Z, t = (X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()
answer = Ridge(alpha=2.5).fit(Z, t).predict(Z).tolist()`,
    );
    rows.forEach((row, n) => {
      const found = row.reduce((sum, value, i) => sum + value * weights[i]!, bias);
      expect(found).toBeCloseTo(wanted[n]!, 9);
    });
    const changes = { probe: { kind: 'linear' } };
    const result = await finetune(settings('regression', 'ridge', changes), listeningIO().io);
    expect(result.probe).toBe('linear');
    expect(result.summary.mean.mean).toBeGreaterThan(0.5);
  });

  it.skipIf(noPython)(
    'is the mean of its neighbours’ numbers, as scikit-learn has it',
    async () => {
      const random = new RandomStream(12, 'test neighbours');
      const draw = (count: number) =>
        Array.from({ length: count }, () => random.fillNormal(new Float32Array(6), 0.5, 1));
      const [rows, test] = [draw(30), draw(10)];
      const labels = rows.map((row) => [100 + 7 * row[0]! - 2 * row[3]!]);
      const found = scope(() => {
        const shape = { dimensions: 3, dropout: 0, width: 2 } as const;
        const regression = new RegressionNetwork(shape, random);
        regression.scaleTo(labels.flat());
        using net = new NeighbourNumbers(regression, neighboursOf(rows, labels), 7);
        const map = tensor(Float32Array.from(test.flatMap((row) => [...row])), [10, 6, 1, 1, 1]);
        return noGrad(() => regression.values(net.logitsFrom(map)).toArray());
      });
      const wanted = python<number[]>(
        {
          rows: rows.map((row) => [...row]),
          labels: labels.flat(),
          test: test.map((row) => [...row]),
        },
        `
from sklearn.neighbors import KNeighborsRegressor
import numpy as np
m = KNeighborsRegressor(7, metric='cosine', algorithm='brute', weights=lambda d: np.exp(-d / 0.07))
answer = m.fit(np.array(given['rows']), given['labels']).predict(np.array(given['test'])).tolist()`,
      );
      found.forEach((value, n) => {
        expect(value).toBeCloseTo(wanted[n]!, 3);
      });
      const changes = { probe: { kind: 'knn', neighbours: 3 } };
      const result = await finetune(settings('regression', 'knn', changes), listeningIO().io);
      expect(result.seeds[0]?.probe).toEqual({ neighbours: 3 });
      const again = await predicted('knn');
      const { rows: tested, images } = predictionsOf('knn');
      images.forEach((image, at) => {
        expect(again.get(basename(image))?.[0]).toBeCloseTo(tested[at]![0]!, 3);
      });
    },
  );

  it('is compared like any score', async () => {
    const smooth = { loss: 'smooth-l1', steps: 3 };
    await finetune(settings('regression', 'smooth', smooth), listeningIO().io);
    const folders = ['numbers', 'smooth'].map((name) => join(root, name));
    const { metric, groups } = await compare(folders, join(root, 'report.html'), listeningIO().io);
    expect(metric).toBe('R²');
    expect(groups[0]?.further.MAE?.mean).toBeGreaterThan(0);
    const page = readFileSync(join(root, 'report.html'), 'utf8');
    expect(page).toMatch(/lowest number: label 170\.5 \(/);
    expect(page).toMatch(/predicted \d+/);
    const files = readdirSync(join(root, 'report-pictures'));
    expect(files).toEqual(expect.arrayContaining(['attention.png', 'largest-errors.png']));
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
    expect(await tellTask([classes])).toBe('classification');
    expect(await tellTask([numbers])).toBe('regression');
    expect(await tellTask([await drawVolumes(volumes)])).toBe('segmentation');
    expect(await tellTask([join(root, 'folders')])).toBe('classification');
    await expect(tellTask([join(root, 'images')])).rejects.toThrow(/--task/);
  });

  it('is refused where the labels are of another kind', async () => {
    const wrong = settings('classification', 'wrong', { data: [numbers] });
    // Four different numbers, one of them not whole.
    await expect(finetune(wrong, listeningIO().io)).rejects.toThrow(
      /numbers, not classes: to learn them, --task regression/,
    );
    const names = settings('regression', 'wrong', { data: [classes] });
    await expect(finetune(names, listeningIO().io)).rejects.toThrow(/no number in the column/);
  });
});
