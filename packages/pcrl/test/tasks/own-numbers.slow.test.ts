import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { liveTensors, noGrad, RandomStream, scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/evaluation/compare.js';
import { finetune } from '../../src/tasks/finetune.js';
import { neighboursOf } from '../../src/tasks/probing/neighbour-network.js';
import { NeighbourNumbers } from '../../src/tasks/probing/neighbour-numbers.js';
import { ridgeProbe } from '../../src/tasks/probing/ridge-probe.js';
import { RegressionNetwork } from '../../src/tasks/regression-network.js';
import { noPython, python } from '../python.js';
import { ownLabels } from './own-labels.js';
import { listeningIO } from './synthetic.js';

const { root, settings, predictionsOf, predicted } = ownLabels();

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
