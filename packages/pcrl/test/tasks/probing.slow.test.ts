import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cat,
  liveTensors,
  loadTensors,
  RandomStream,
  readSafetensors,
  saveTensors,
  scope,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/evaluation/compare.js';
import type { Encoder } from '../../src/networks/index.js';
import { ResNet18 } from '../../src/networks/index.js';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { finetune } from '../../src/tasks/finetune.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { linearProbe } from '../../src/tasks/probing/linear-probe.js';
import { logisticRegression } from '../../src/tasks/probing/logistic-regression.js';
import { NeighbourNetwork, neighboursOf } from '../../src/tasks/probing/neighbour-network.js';
import { TaskNetwork } from '../../src/tasks/task.js';
import { noPython, python } from '../python.js';
import { drawPictures, drawVolumes, listeningIO, temporaryFolder } from './synthetic.js';

/** Features of two classes that overlap; the second label is not always known. */
function sample(seed: number, cases: number, width: number) {
  const random = new RandomStream(seed, 'probe test');
  const labels = Array.from({ length: cases }, (_, n) => [
    n % 2,
    n % 5 === 0 ? Number.NaN : Number(random.chance(0.3)),
  ]);
  const rows = labels.map(([a = 0, b = 0]) =>
    Float32Array.from({ length: width }, (_, i) => {
      const shift = i === 0 ? a : i === 1 ? b || 0 : 0;
      return 3 + i + (1 + i) * (random.normal() + shift);
    }),
  );
  return { classes: ['a', 'b'], width, rows, labels };
}

const table = (rows: readonly Float32Array[]) =>
  tensor(Float64Array.from(rows.flatMap((row) => [...row])), [rows.length, rows[0]!.length]);

/** Hands its input on as its last feature map, so that a probe sees what the test gives it. */
class Untouched extends TaskNetwork {
  readonly encoder = {
    encode: (input: Tensor) => input,
    parameters: () => [],
  } as unknown as Encoder;
  forward(input: Tensor): Tensor {
    return input;
  }
}

describe('logistic regression', () => {
  it.skipIf(noPython)('agrees with scikit-learn, separable data and few cases too', () => {
    const problems = [
      { ...sample(1, 60, 4), penalty: 1 },
      { ...sample(2, 60, 4), penalty: 0.01 },
      { ...sample(3, 8, 30), penalty: 10 },
      { ...sample(4, 12, 20), penalty: 0.1 },
    ].map(({ rows, labels, penalty }) => ({
      rows: rows.map((row) => [...row]),
      labels: labels.map(([a]) => a!),
      penalty,
    }));
    const wanted = python<{ weights: number[]; bias: number }[]>(
      problems,
      `
from sklearn.linear_model import LogisticRegression
import numpy as np
answer = []
for p in given:
    m = LogisticRegression(C=1 / p['penalty'], tol=1e-10, max_iter=200, solver='newton-cg')
    m.fit(np.array(p['rows']), p['labels'])
    answer.append(dict(weights=m.coef_[0].tolist(), bias=float(m.intercept_[0])))`,
    );
    const before = liveTensors().tensors;
    problems.forEach(({ rows, labels, penalty }, n) => {
      using features = table(rows.map((row) => Float32Array.from(row)));
      const { weights, bias } = logisticRegression(features, labels, penalty);
      wanted[n]!.weights.forEach((weight, i) => {
        expect(Math.abs(weights[i]! - weight)).toBeLessThan(1e-6);
      });
      expect(Math.abs(bias - wanted[n]!.bias)).toBeLessThan(1e-5);
    });
    expect(liveTensors().tensors).toBe(before);
  });

  it('gives nothing where one label is absent', () => {
    using features = table(sample(1, 6, 3).rows);
    const { weights, bias } = logisticRegression(features, [1, 1, 1, 1, 1, 1], 1);
    expect([...weights, bias]).toEqual([0, 0, 0, 0]);
  });
});

describe('the linear probe', () => {
  it.skipIf(noPython)('has the AUROC of scikit-learn’s pipeline, unknown labels left out', () => {
    const [labelled, test] = [sample(5, 50, 6), sample(6, 80, 6)];
    const { classifiers } = linearProbe(labelled, { ...test, rows: [], labels: [] }, 3);
    const json = ({ rows, labels }: typeof test) => ({
      rows: rows.map((row) => [...row]),
      labels: labels.map((row) => row.map((label) => (Number.isNaN(label) ? -1 : label))),
    });
    const wanted = python<number[][]>(
      { labelled: json(labelled), test: json(test) },
      `
from sklearn.linear_model import LogisticRegression
import numpy as np
X, Y = (np.array(given['labelled'][k]) for k in ('rows', 'labels'))
T = np.array(given['test']['rows'])
mean, std = X.mean(0), X.std(0)
answer = []
for k in range(2):
    known = Y[:, k] >= 0
    m = LogisticRegression(C=1 / 3, tol=1e-10, max_iter=200, solver='newton-cg')
    m.fit((X[known] - mean) / std, Y[known, k])
    answer.append(m.decision_function((T - mean) / std).tolist())`,
    );
    classifiers.forEach(({ weights, bias }, at) => {
      test.rows.forEach((row, n) => {
        const logit = weights.reduce((sum, weight, i) => sum + weight * row[i]!, bias);
        expect(Math.abs(logit - wanted[at]![n]!)).toBeLessThan(1e-6);
      });
    });
  });

  it('takes the penalty that validates best', () => {
    const random = new RandomStream(8, 'probe test');
    const noise = (shift: number) =>
      Float32Array.from({ length: 40 }, (_, i) => random.normal() + (i === 0 ? shift : 0));
    const cases = (count: number) => {
      const labels = Array.from({ length: count }, (_, n) => [n % 2]);
      return { classes: ['a'], width: 40, labels, rows: labels.map(([a = 0]) => noise(2 * a)) };
    };
    const found = linearProbe(cases(30), cases(300), 'auto');
    expect(found.penalty).toBeGreaterThan(0.1);
    expect(linearProbe(cases(30), { ...cases(2), rows: [], labels: [] }, 'auto').penalty).toBe(1);
  });
});

describe('the kNN probe', () => {
  it.skipIf(noPython)('scores as scikit-learn does with the cosine and these weights', () => {
    const [labelled, test] = [sample(9, 40, 8), sample(10, 30, 8)];
    const scores = scope(() => {
      const known = neighboursOf(labelled.rows, labelled.labels);
      using network = new NeighbourNetwork(new Untouched(), known, 7);
      const input = table(test.rows).to({ dtype: 'f32' }).reshape([30, 8, 1, 1]);
      return network.forward(input).sigmoid().toArray();
    });
    const wanted = python<number[]>(
      {
        rows: labelled.rows.map((row) => [...row]),
        labels: labelled.labels.map(([a]) => a),
        test: test.rows.map((row) => [...row]),
      },
      `
from sklearn.neighbors import KNeighborsClassifier
import numpy as np
m = KNeighborsClassifier(7, metric='cosine', algorithm='brute', weights=lambda d: np.exp(-d / 0.07))
m.fit(np.array(given['rows']), given['labels'])
answer = m.predict_proba(np.array(given['test']))[:, 1].tolist()`,
    );
    wanted.forEach((score, n) => {
      expect(Math.abs(scores[2 * n]! - score)).toBeLessThan(1e-5);
    });
  });

  it('asks only neighbours whose label is known', () => {
    const score = scope(() => {
      const rows = [Float32Array.of(1, 0), Float32Array.of(1, 0.1), Float32Array.of(0, 1)];
      const known = neighboursOf(rows, [
        [Number.NaN, 1],
        [1, 0],
        [0, Number.NaN],
      ]);
      using network = new NeighbourNetwork(new Untouched(), known, 2);
      return network
        .forward(cat([tensor([1, 0], [1, 2, 1, 1])]))
        .sigmoid()
        .toArray();
    });
    expect(score[0]).toBeCloseTo(1, 5);
    expect(score[1]).toBeCloseTo(1 / (1 + Math.exp((1 / Math.hypot(1, 0.1) - 1) / 0.07)), 4);
  });
});

describe('pcrl finetune --probe', () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  let data = '';

  beforeAll(async () => {
    mkdirSync(at('2d'));
    data = await drawPictures(at('2d'));
    using encoder = new ResNet18(new RandomStream(9, 'test probe'));
    saveTensors(at('pretrained.safetensors'), encoder.stateDict());
  });

  const run = (name: string, changes: object, options = {}) => {
    const shared = {
      task: 'classification',
      dimensions: 2,
      data: [data],
      out: at(name),
      labels: 8,
    };
    const rest = { seeds: 2, batch: 4, device: 'cpu', threads: 1, views: { size: 32 } };
    const settings = { ...shared, ...rest, ...changes };
    const io = listeningIO(options).io;
    return finetune(resolveFinetuneSettings(settings as FinetuneInput), io);
  };

  it('gives results that compare takes, beside fine-tuned ones', async () => {
    const before = liveTensors().tensors;
    const from = at('pretrained.safetensors');
    const linear = await run('linear', { from, probe: { kind: 'linear' } });
    await run('linear-scratch', { probe: { kind: 'linear' } });
    const knn = await run('knn', { from, probe: { kind: 'knn' } });
    await run('tuned', { from, steps: 2 });
    expect(liveTensors().tensors).toBe(before);
    expect(linear).toMatchObject({ probe: 'linear', complete: true });
    expect(linear.seeds[0]).toMatchObject({ steps: 0, labelled: { cases: 8 } });
    expect(knn.seeds[0]?.probe).toEqual({ neighbours: 8 });
    const runs = ['tuned', 'linear', 'linear-scratch', 'knn'].map(at);
    const { groups } = await compare(runs, at('probes.html'), listeningIO().io);
    expect(groups.map(({ group, gain }) => [group.source, gain !== undefined])).toEqual([
      ['pretrained', false],
      ['from scratch, linear probe', false],
      ['pretrained, linear probe', true],
      ['pretrained, kNN probe', false],
    ]);
    expect(readFileSync(at('probes.html'), 'utf8')).toContain('kNN probe');
  });

  it('leaves the encoder as it came and keeps the head in the weights', async () => {
    const { tensors } = loadTensors(at('linear/seed-1/network.safetensors'));
    const given = loadTensors(at('pretrained.safetensors')).tensors;
    scope(() => {
      for (const [name, tensor] of given) {
        const kept = tensors.get(`model.encoder.${name}`)!;
        expect(
          kept
            .to({ dtype: 'f64' })
            .sub(tensor.to({ dtype: 'f64' }))
            .abs()
            .max()
            .item(),
        ).toBe(0);
      }
    });
    for (const tensor of [...tensors.values(), ...given.values()]) tensor.dispose();
    expect(readPredictions(at('linear/seed-1/predictions.csv')).rows).toHaveLength(10);
  });

  it('begins fine-tuning at a linear probe, batch statistics kept', async () => {
    const from = at('pretrained.safetensors');
    const still = { steps: 2, optimiser: { learningRate: 1e-12 }, select: 'last', seeds: 1 };
    const kept = { encoderStatistics: 'kept', probe: { startsHead: true } };
    await run('from-probe', { from, ...still, ...kept });
    const scores = (name: string) =>
      readPredictions(at(`${name}/seed-1/predictions.csv`)).rows.flat();
    const [tuned, linear] = [scores('from-probe'), scores('linear')];
    tuned.forEach((value, n) => {
      expect(value).toBeCloseTo(linear[n]!, 5);
    });
    await run('moving', { from, ...still });
    const mean = (name: string) =>
      readSafetensors(at(`${name}/seed-1/network.safetensors`)).tensors.get(
        'model.encoder.bn1.running_mean',
      )!.data;
    expect(Buffer.from(mean('from-probe')).equals(mean('linear'))).toBe(true);
    expect(Buffer.from(mean('moving')).equals(mean('linear'))).toBe(false);
  });

  it('probes volumes as it probes images', async () => {
    mkdirSync(at('3d'));
    await drawVolumes(at('3d'));
    const names = Array.from({ length: 9 }, (_, n) => n);
    const split = (n: number) => (n < 4 ? 'train' : n < 6 ? 'val' : 'test');
    const lines = names.map((n) => `images/v${n}.nii.gz,${split(n)},${n % 2}`);
    writeFileSync(at('3d/classes.csv'), `image,split,odd\n${lines.join('\n')}\n`);
    const volumes = { dimensions: 3, data: [at('3d/classes.csv')], labels: 'all', seeds: 1 };
    const small = { network: { width: 8 }, views: { size: [16, 16, 8], spacing: 'native' } };
    const result = await run('volumes', { ...volumes, ...small, probe: { kind: 'linear' } });
    expect(result.summary.mean.mean).not.toBeNull();
  });

  it('repeats a seed that was interrupted', async () => {
    const probe = { probe: { kind: 'linear' } };
    const first = await run('stopped', probe, { stopAfter: 2 });
    expect(first.complete).toBe(false);
    const second = await run('stopped', probe, { resume: true });
    expect(second.complete).toBe(true);
  });
});
