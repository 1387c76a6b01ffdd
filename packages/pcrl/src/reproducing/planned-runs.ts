import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { labelledSubset } from '../datasets/index.js';
import {
  type FinetuneInput,
  type PretrainInput,
  resolveFinetuneSettings,
  resolvePretrainSettings,
} from '../settings/index.js';
import { merge } from '../settings/merge.js';
import { countDrawn } from '../tasks/detection/candidates.js';
import { sha256OfFile } from '../training/file-hash.js';
import type { Budget } from './budgets.js';
import {
  LABEL_SEED,
  type LabelledData,
  partWithoutLabels,
  type UnlabelledPart,
  wholePart,
} from './data-parts.js';
import { type DataPaths, paperData } from './data-sets.js';
import { percent, type Recipe, type Scenario, type Start } from './recipe.js';
import { type FinetuneRun, folderOfRun, nameOfRun, type PretrainRun } from './runs.js';
import { namingFile, type TableSettings, withOwn } from './table-settings.js';

/** What is to be reproduced, from what, and where. */
export interface PlanRequest {
  readonly recipe: Recipe;
  readonly data: DataPaths;
  readonly budget: Budget;
  /** The user's, over those of the budget. */
  readonly own: TableSettings;
  /** Folder of all runs and tables. */
  readonly out: string;
}

/** A scenario with its data open. */
export interface OpenScenario {
  readonly scenario: Scenario;
  readonly request: PlanRequest;
  readonly target: LabelledData;
}

/** Weights to fine-tune from, as settings name them and as a hash may. */
export type Weights =
  | {
      readonly from: string;
      /** For people, in the name of a run. */
      readonly word: string;
      readonly identity: string;
      readonly needs?: string;
    }
  | { readonly missing: string };

export async function weightsOf(
  start: Start,
  opened: OpenScenario,
  labels: number,
  pretraining: Map<string, PretrainRun>,
): Promise<Weights> {
  const { data, out } = opened.request;
  switch (start.kind) {
    case 'scratch':
      return { from: 'scratch', word: 'scratch', identity: 'scratch' };
    case 'missing':
      return { missing: start.reason };
    case 'file': {
      const path = data[start.data];
      if (path === undefined) return { missing: `no weights: --data ${start.data}=FILE` };
      if (!existsSync(path)) return { missing: `${path} does not exist` };
      return { from: path, word: start.data, identity: sha256OfFile(path) };
    }
    case 'method': {
      const run = await pretrainRun(start, opened, labels);
      pretraining.set(run.name, run);
      const from = folderOfRun(out, 'pretrain', run.name);
      return { from, word: start.method, identity: run.name, needs: run.name };
    }
  }
}

async function pretrainRun(
  { method, changes }: Extract<Start, { kind: 'method' }>,
  { scenario, request, target }: OpenScenario,
  labels: number,
): Promise<PretrainRun> {
  const { source } = scenario;
  const { data, budget, own, out } = request;
  const { dimensions } = paperData[source]!;
  const folder = join(out, 'data', source);
  const isSemiSupervised = source === scenario.target;
  const part: UnlabelledPart = isSemiSupervised
    ? await partWithoutLabels(source, target, labels, folder)
    : await wholePart(source, data[source]!);
  const input = merge(withOwn(budget.pretraining(dimensions), own[dimensions].pretrain), changes);
  const dataset = part.splitFile === undefined ? {} : { splitFile: part.splitFile };
  const given = { ...input, method, dimensions, data: [data[source]!], dataset, out: 'unnamed' };
  const settings = namingFile(own, `${dimensions}D pretrain`, () =>
    resolvePretrainSettings(given as PretrainInput),
  );
  const name = nameOfRun([method, source], settings, [part.digest]);
  const place = folderOfRun(resolve(out), 'pretrain', name);
  return { kind: 'pretrain', name, settings: { ...settings, out: place }, images: part.images };
}

export function finetuneRun(
  { scenario, request, target }: OpenScenario,
  labels: number,
  weights: Exclude<Weights, { missing: string }>,
): FinetuneRun {
  const { budget, own, out } = request;
  const { dimensions } = paperData[scenario.target]!;
  const { finetune, scratch } = own[dimensions];
  const usual = withOwn(budget.finetuning(scenario.task, dimensions), finetune);
  const isFromScratch = weights.from === 'scratch';
  const given = {
    seeds: budget.seeds,
    ...(isFromScratch ? withOwn(usual, scratch) : usual),
    ...(scenario.task === 'segmentation' ? { protocol: target.protocol } : {}),
    task: scenario.task,
    dimensions,
    data: [target.path],
    dataset: { splitFile: target.splitFile },
    labels: { ratio: labels },
    labelSeed: LABEL_SEED,
    from: isFromScratch ? 'scratch' : resolve(weights.from),
    out: 'unnamed',
  };
  const part = isFromScratch ? 'finetune or scratch' : 'finetune';
  const settings = namingFile(own, `${dimensions}D ${part}`, () =>
    resolveFinetuneSettings(given as FinetuneInput),
  );
  const words = [scenario.target, percent(labels).replace('%', ''), weights.word];
  const name = nameOfRun(words, settings, [target.digest, weights.identity]);
  const place = folderOfRun(resolve(out), 'finetune', name);
  const cases = labelledSubset(target.train, { ratio: labels }, LABEL_SEED);
  const labelled =
    settings.task === 'detection' ? countDrawn(cases, settings.negatives) : cases.length;
  return {
    kind: 'finetune',
    name,
    settings: { ...settings, out: place },
    needs: weights.needs,
    target,
    labelled,
  };
}
