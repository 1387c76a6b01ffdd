import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { budgets } from '../../src/reproducing/budgets.js';
import { planTable } from '../../src/reproducing/plan.js';
import type { PlanRequest } from '../../src/reproducing/planned-runs.js';
import { recipeNamed } from '../../src/reproducing/recipes/registry.js';
import {
  NO_SETTINGS,
  readTableSettings,
  type TableSettings,
} from '../../src/reproducing/table-settings.js';
import { drawPictures, drawVolumes, temporaryFolder } from '../tasks/synthetic.js';

const folder = temporaryFolder();

function read(text: string): Promise<TableSettings> {
  const file = join(folder, 'own.yaml');
  writeFileSync(file, text);
  return readTableSettings(file);
}

it('reads shares of labels rising, and leaves the rest to the budget', async () => {
  const own = await read('2D:\n  labels: [10%, 2.5%]\n  pretrain: { steps: 3 }\n');
  expect(own[2]).toEqual({
    labels: [0.025, 0.1],
    pretrain: { steps: 3 },
    finetune: {},
    scratch: {},
  });
  expect(own[3]).toEqual(NO_SETTINGS[3]);
});

it.each([
  ['2d: {}', /2d is not known; did you mean 2D\?\n {2}There are 2D, 3D/],
  ['2D: { fine: {} }', /2D: fine is not known/],
  ['3D: { labels: [0%] }', /3D labels: got \["0%"\]\n {2}Give shares above 0%/],
  ['3D: { labels: 20 }', /3D labels: got 20/],
  ['3D: { pretrain: 5 }', /3D: pretrain is no group of settings/],
  ['2D: { finetune: { labels: 10% } }', /finetune: labels cannot be set.*labels stands beside/s],
  ['2D: { pretrain: { out: x, seed: 2 } }', /pretrain: out cannot be set/],
])('refuses %s', async (text, said) => {
  await expect(read(text)).rejects.toThrow(said);
});

describe('a plan on data that stand in for archives', () => {
  let request: Omit<PlanRequest, 'recipe' | 'own'>;
  const plan = async (table: string, text: string) =>
    planTable({ ...request, recipe: recipeNamed(table), own: await read(text) });

  beforeAll(async () => {
    const pictures = await drawPictures(temporaryFolder());
    const volumes = await drawVolumes(temporaryFolder());
    const data = {
      chexpert: pictures,
      nih: pictures,
      luna: volumes,
      lits: volumes,
      brats: volumes,
    };
    request = { data, budget: budgets.hours, out: temporaryFolder() };
  });

  it('takes own settings over the budget, and a row over both', async () => {
    const { scenarios, pretraining, finetuning } = await plan(
      'table-3',
      `
2D:
  labels: [50%, 100%]
  pretrain: { epochs: 2, loss: { compareWeight: 0.5 }, views: { size: 64 } }
  finetune: { seeds: 2, labelNames: [high], views: { size: 32 } }
`,
    );
    const pictures = scenarios[1]!;
    expect(pictures.cells.map(({ labels }) => labels)).toEqual([
      ...Array(7).fill(0.5),
      ...Array(7).fill(1),
    ]);
    expect(pictures.standIns[0]).toMatch(/labels.csv in place of NIH ChestX-ray14 and CheXpert$/);
    const ofPictures = pretraining.filter(({ settings }) => settings.dimensions === 2);
    expect(ofPictures).toHaveLength(7);
    for (const { settings } of ofPictures) {
      expect(settings).toMatchObject({
        epochs: 2,
        steps: null,
        batch: 32,
        views: { size: [64, 64] },
      });
    }
    expect(ofPictures.map(({ settings }) => settings.loss.compareWeight)).toEqual([
      ...[0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    ]);
    const tuned = finetuning.filter(({ settings }) => settings.dimensions === 2);
    expect(tuned).toHaveLength(14);
    for (const { settings, target } of tuned) {
      expect(settings).toMatchObject({ seeds: 2, labelNames: ['high'], steps: 300 });
      expect(target.classes).toEqual(['high']);
    }
  });

  it('gives rows from scratch settings of their own', async () => {
    const { finetuning } = await plan(
      'table-6',
      `
2D:
  labels: 100%
  finetune: { encoderStatistics: kept, optimiser: { learningRate: 1e-5 } }
  scratch: { encoderStatistics: batch, optimiser: { learningRate: 3e-4 } }
`,
    );
    const rates = finetuning.map(({ settings }) => [
      settings.from === 'scratch',
      settings.encoderStatistics,
      settings.optimiser.learningRate,
    ]);
    expect(rates).toEqual([
      [true, 'batch', 3e-4],
      [false, 'kept', 1e-5],
    ]);
  });

  it('asks for no structures of an archive that the data are not', async () => {
    const { finetuning } = await planTable({
      ...{ ...request, budget: budgets.paper, own: NO_SETTINGS },
      recipe: recipeNamed('table-8'),
    });
    expect(finetuning.length).toBeGreaterThan(0);
    for (const { settings } of finetuning) {
      expect(settings).toMatchObject({ protocol: null, labelNames: null });
    }
  });

  it('says which part of the file a wrong setting is in', async () => {
    await expect(plan('table-6', '2D: { pretrain: { views: { sise: 3 } } }')).rejects.toThrow(
      /own\.yaml: 2D pretrain: unknown setting views\.sise; did you mean views\.size\?/,
    );
    await expect(plan('table-6', '2D: { finetune: { batch: 0 } }')).rejects.toThrow(
      /own\.yaml: 2D finetune or scratch: batch: got 0/,
    );
  });
});
