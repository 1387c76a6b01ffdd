import { join } from 'node:path';
import { PcrlError } from '../errors.js';
import { tasks } from '../tasks/registry.js';
import { type Budget, ratiosWithin } from './budgets.js';
import { complaintOf, openLabelledData } from './data-parts.js';
import { type DataPaths, paperData, standInsOf } from './data-sets.js';
import { finetuneRun, type OpenScenario, type PlanRequest, weightsOf } from './planned-runs.js';
import type { Arm, Recipe, Scenario } from './recipe.js';
import type { FinetuneRun, PretrainRun } from './runs.js';
import type { TableSettings } from './table-settings.js';

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

/** A scenario of which nothing can run; why stands in its notes, once. */
function emptyScenario(
  scenario: Scenario,
  arms: readonly Arm[],
  shares: readonly number[],
  missing: string,
): ScenarioPlan {
  const cells = shares.flatMap((labels) =>
    arms.map(({ name }) => ({ labels, arm: name, missing: 'not run' })),
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
