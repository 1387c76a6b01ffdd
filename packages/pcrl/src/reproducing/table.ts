import {
  figuresOf,
  type GroupFigure,
  type GroupFigures,
} from '../evaluation/comparison/figures.js';
import { type ComparableRuns, readRuns } from '../evaluation/comparison/finetuned-run.js';
import { groupRuns } from '../evaluation/comparison/groups.js';
import type { Metric } from '../tasks/task.js';
import type { Failures } from './carry-out.js';
import type { Cell, Plan, ScenarioPlan } from './plan.js';
import { printed } from './printed-figures.js';
import { percent, type Scenario } from './recipe.js';
import { type RowTest, testRows } from './row-tests.js';
import { resultsOf } from './runs.js';

/** A row of a table that was made. */
export interface TableRow {
  readonly labels: string;
  readonly arm: string;
  /** What our runs came to. */
  readonly ours: GroupFigures | undefined;
  /** Why there is nothing of ours. */
  readonly missing: string | undefined;
  /** What the paper prints, in percent, by class and `Mean`; `null` where it prints that it failed. */
  readonly printed: Readonly<Record<string, number | null>>;
}

/** One scenario's part of a table. */
export interface ScenarioTable {
  readonly scenario: Scenario;
  readonly isPapers: boolean;
  readonly standIns: readonly string[];
  readonly notes: readonly string[];
  readonly metric: Metric;
  /** Figures of ours: `Mean`, then the classes. */
  readonly figures: readonly string[];
  readonly rows: readonly TableRow[];
  /** Rows held against the one that the recipe names. */
  readonly tests: readonly RowTest[];
  /** The runs behind it; undefined where there are none. */
  readonly runs: ComparableRuns | undefined;
}

/** Puts a plan's runs beside what the paper prints, as far as they have come. */
export function makeTable(plan: Plan, failures: Failures): readonly ScenarioTable[] {
  return plan.scenarios.map((scenario) => scenarioTable(scenario, plan, failures));
}

function scenarioTable(
  { scenario, cells, isPapers, standIns, notes }: ScenarioPlan,
  plan: Plan,
  failures: Failures,
): ScenarioTable {
  const table = plan.recipe.printedAs ?? plan.recipe.name;
  const folders = cells.flatMap((cell) =>
    'run' in cell && hasResults(cell) ? [cell.run.settings.out] : [],
  );
  const runs = folders.length > 0 ? readRuns(folders) : undefined;
  const found = runs ? figuresOf(groupRuns(runs.runs), runs) : [];
  const rows = cells.map((cell) => ({
    labels: percent(cell.labels),
    arm: cell.arm,
    ours: figuresOfCell(cell, found),
    missing: whyMissing(cell, failures),
    printed: printed({
      table,
      target: scenario.target,
      labels: percent(cell.labels),
      arm: cell.arm,
    }),
  }));
  const printedNames = rows.flatMap((row) => Object.keys(row.printed));
  const result = runs?.runs[0]?.result;
  const metric = result?.metric ?? (scenario.task === 'segmentation' ? 'Dice' : 'AUROC');
  const classes = result?.classes ?? printedNames.filter((name) => name !== 'Mean');
  const figures = ['Mean', ...new Set(classes)];
  const { reference } = plan.recipe;
  const tests = runs && reference !== undefined ? testRows(rows, reference, runs) : [];
  return { scenario, isPapers, standIns, notes, metric, figures, rows, tests, runs };
}

/** The figure of a row by its name; undefined where there is none. */
export function oursOf(
  { ours }: TableRow,
  name: string,
  figures: readonly string[],
): GroupFigure | undefined {
  if (name === 'Mean') return ours?.mean;
  return ours?.perClass[figures.indexOf(name) - 1];
}

function hasResults(cell: Extract<Cell, { run: unknown }>): boolean {
  return (resultsOf(cell.run.settings.out)?.seeds.length ?? 0) > 0;
}

function figuresOfCell(cell: Cell, found: readonly GroupFigures[]): GroupFigures | undefined {
  if (!('run' in cell)) return undefined;
  const { out } = cell.run.settings;
  return found.find(({ group }) => group.seeds.some(({ folder }) => folder.startsWith(`${out}/`)));
}

function whyMissing(cell: Cell, failures: Failures): string | undefined {
  if (!('run' in cell)) return cell.missing;
  if (hasResults(cell)) return undefined;
  return failures.get(cell.run.name)?.split('\n')[0] ?? 'not run yet';
}
