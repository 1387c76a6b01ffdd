import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { labelledSubset } from '../datasets/index.js';
import { PcrlError } from '../errors.js';
import {
  type FinetuneInput,
  type PretrainInput,
  resolveFinetuneSettings,
  resolvePretrainSettings,
} from '../settings/index.js';
import { merge } from '../settings/merge.js';
import { countDrawn } from '../tasks/detection/candidates.js';
import { tasks } from '../tasks/registry.js';
import { sha256OfFile } from '../training/file-hash.js';
import { type Budget, ratiosWithin } from './budgets.js';
import {
  complaintOf,
  LABEL_SEED,
  type LabelledData,
  openLabelledData,
  partWithoutLabels,
  type UnlabelledPart,
  wholePart,
} from './data-parts.js';
import { type DataPaths, paperData, standInsOf } from './data-sets.js';
import { type Arm, percent, type Recipe, type Scenario, type Start } from './recipe.js';
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

/** A figure of a table: a run's, or why there is none. */
export type Cell = { readonly labels: number; readonly arm: string } & (
  | { readonly run: FinetuneRun }
  | { readonly missing: string }
);

/** A scenario's part of a plan. */
export interface ScenarioPlan {
  readonly scenario: Scenario;
  /** Whether the data are the paper's own. */
  readonly isPapers: boolean;
  /** Data of another layout than the archive's that they stand in for, as words. */
  readonly standIns: readonly string[];
  readonly cells: readonly Cell[];
  /** What should be known of the data. */
  readonly notes: readonly string[];
}

/** All runs that a table takes. */
export interface Plan {
  readonly recipe: Recipe;
  readonly budget: Budget;
  readonly own: TableSettings;
  readonly scenarios: readonly ScenarioPlan[];
  readonly pretraining: readonly PretrainRun[];
  readonly finetuning: readonly FinetuneRun[];
}

/**
 * Plans a table: which runs there are to be, under which names. Opens the data and writes how they are
 * divided, and trains nothing.
 */
export async function planTable(request: PlanRequest): Promise<Plan> {
  const pretraining = new Map<string, PretrainRun>();
  const finetuning = new Map<string, FinetuneRun>();
  const scenarios: ScenarioPlan[] = [];
  for (const scenario of request.recipe.scenarios) {
    const planned = await planScenario(scenario, request, pretraining);
    for (const cell of planned.cells) if ('run' in cell) finetuning.set(cell.run.name, cell.run);
    scenarios.push(planned);
  }
  const { recipe, budget, own } = request;
  const runs = { pretraining: [...pretraining.values()], finetuning: [...finetuning.values()] };
  return { recipe, budget, own, scenarios, ...runs };
}

async function planScenario(
  scenario: Scenario,
  request: PlanRequest,
  pretraining: Map<string, PretrainRun>,
): Promise<ScenarioPlan> {
  const { recipe, data, budget, own } = request;
  const { dimensions } = paperData[scenario.target]!;
  const shares = own[dimensions].labels ?? ratiosWithin(budget, scenario.labels);
  const missing = whatIsMissing(scenario, data);
  if (missing !== undefined) return emptyScenario(scenario, recipe.arms, shares, missing);
  const opened = await openScenario(scenario, request);
  if (typeof opened === 'string') return emptyScenario(scenario, recipe.arms, shares, opened);
  const cells: Cell[] = [];
  for (const labels of shares) {
    for (const arm of recipe.arms) {
      const start = arm.start(dimensions);
      const weights = await weightsOf(start, opened, labels, pretraining);
      cells.push(
        'missing' in weights
          ? { labels, arm: arm.name, missing: weights.missing }
          : { labels, arm: arm.name, run: finetuneRun(opened, labels, weights) },
      );
    }
  }
  const notes = shares.flatMap((share) => complaintOf(opened.target, share) ?? []);
  const standIns = await standInsOf([scenario.target, scenario.source], data);
  return { scenario, isPapers: opened.target.isPapers, standIns, cells, notes };
}

function emptyScenario(
  scenario: Scenario,
  arms: readonly Arm[],
  shares: readonly number[],
  missing: string,
): ScenarioPlan {
  const cells = shares.flatMap((labels) =>
    arms.map(({ name }) => ({ labels, arm: name, missing })),
  );
  return { scenario, isPapers: false, standIns: [], cells, notes: [missing] };
}

function whatIsMissing({ source, target, task }: Scenario, data: DataPaths): string | undefined {
  if (!(task in tasks)) return 'task not there yet';
  const names = [...new Set([source, target])].filter((name) => !(name in data));
  return names.length === 0
    ? undefined
    : `no data: ${names.map((name) => `--data ${name}=PATH`).join(' ')}`;
}

/** A scenario with its data open. */
interface OpenScenario {
  readonly scenario: Scenario;
  readonly request: PlanRequest;
  readonly target: LabelledData;
}

/** @returns why the data cannot be used, where they cannot */
async function openScenario(
  scenario: Scenario,
  request: PlanRequest,
): Promise<OpenScenario | string> {
  const { target: name, task } = scenario;
  const source = { name, path: request.data[name]!, classes: classesOf(request, name) };
  try {
    const target = await openLabelledData(source, task, join(request.out, 'data', name));
    return { scenario, request, target };
  } catch (error) {
    if (!(error instanceof PcrlError)) throw error;
    return error.message.split('\n')[0]!;
  }
}

/** The classes that the user wants; all where undefined. */
function classesOf({ own }: PlanRequest, name: string): readonly string[] | undefined {
  const { labelNames } = own[paperData[name]!.dimensions].finetune;
  return Array.isArray(labelNames) ? labelNames.map(String) : undefined;
}

/** Weights to fine-tune from, as settings name them and as a hash may. */
type Weights =
  | {
      readonly from: string;
      /** For people, in the name of a run. */
      readonly word: string;
      readonly identity: string;
      readonly needs?: string;
    }
  | { readonly missing: string };

async function weightsOf(
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

function finetuneRun(
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
