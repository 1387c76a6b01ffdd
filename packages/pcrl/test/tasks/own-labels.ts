import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll } from 'vitest';
import { type FinetuneInput, resolveFinetuneSettings } from '../../src/settings/index.js';
import { predict } from '../../src/tasks/predicting/predict.js';
import { readPredictions } from '../../src/tasks/predictions.js';
import { drawPictures, temporaryFolder } from './synthetic.js';

/** Two tables beside the same drawn pictures, a class of each and a number, and short runs on them. */
export function ownLabels() {
  const root = temporaryFolder();
  const tables = { classes: '', numbers: '' };

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
    tables.classes = table('classes.csv', (left, high) => (left ? 'left' : high ? 'high' : 'low'));
    tables.numbers = table('numbers.csv', (left, high) => 170.5 + 20 * left + 5 * high);
  });

  const settings = (task: string, name: string, changes: object = {}) =>
    resolveFinetuneSettings({
      task,
      dimensions: 2,
      data: [task === 'regression' ? tables.numbers : tables.classes],
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

  const predictionsOf = (name: string) =>
    readPredictions(join(root, name, 'seed-1/predictions.csv'));

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

  return { root, tables, settings, predictionsOf, predicted };
}
