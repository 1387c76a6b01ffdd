import { join, resolve } from 'node:path';
import { RunError, SettingsError } from '../errors.js';
import { textTable } from '../evaluation/comparison/words.js';
import { describeHolder, type HeldLock, type LockHolder, takeLock } from '../lock-file.js';
import { tasks } from '../tasks/registry.js';
import type { RunIO } from '../training/run-io.js';
import { budgets } from './budgets.js';
import { carryOut } from './carry-out.js';
import { listCommands } from './commands.js';
import { type DataPaths, drawPhantoms, paperData } from './data-sets.js';
import { forecastPlan } from './forecast.js';
import { type Plan, planTable } from './plan.js';
import type { Recipe } from './recipe.js';
import { recipeNamed } from './recipes/registry.js';
import { unfinished } from './runs.js';
import { makeTable, type ScenarioTable } from './table.js';
import { heading, kindOfData } from './table-page.js';
import { NO_SETTINGS, type TableSettings } from './table-settings.js';
import { emptyRows, mainTable, testTable } from './table-text.js';
import { writeTable } from './write-table.js';

/** What to reproduce, and how. */
export interface ReproduceRequest {
  /** `table-1` to `table-8`, `figure-6`, `figure-8`, `figure-9`. */
  readonly name: string;
  /** Where the paper's archives are, by name (`nih`, `chexpert`, `luna`, `brats`, `lits`). */
  readonly data: DataPaths;
  readonly budget: keyof typeof budgets;
  /** Settings over the budget's, of a file (`readTableSettings`); the budget's alone when left out. */
  readonly own?: TableSettings;
  /** The folder of all runs and tables; tables in one folder share their runs. */
  readonly out: string;
  /** Runs at the same time. */
  readonly jobs: number;
}

/** What came of it. */
export interface Reproduced {
  readonly tables: readonly ScenarioTable[];
  /** The page; undefined where it was interrupted. */
  readonly page: string | undefined;
  /** Runs that failed. */
  readonly failed: number;
}

/**
 * Reproduces a table or figure of the paper: carries out the runs that are not finished, and writes our
 * numbers beside the paper's as CSV, Markdown and HTML.
 *
 * @throws {SettingsError} there is no such table, or no data for it
 * @throws {RunError} another process is at work in the folder
 */
export async function reproduce(request: ReproduceRequest, io: RunIO): Promise<Reproduced> {
  const lock = takeLock(join(resolve(request.out), 'lock.json'), (holder) =>
    busy(request.out, holder),
  );
  try {
    return await reproduceAlone(request, lock, io);
  } finally {
    lock.release();
  }
}

function busy(out: string, holder: LockHolder | undefined): RunError {
  return new RunError(
    `${out} is being filled by ${describeHolder(holder)}`,
    'Wait for it, or stop it: the same command then goes on. Another --out, or --jobs of that one, runs more at a time.',
  );
}

async function reproduceAlone(
  request: ReproduceRequest,
  lock: HeldLock,
  io: RunIO,
): Promise<Reproduced> {
  const plan = await openPlan(request, io);
  const failures = await carryOut(plan, request.jobs, lock, io);
  if (io.interrupted()) {
    io.say('Stopped. The same command goes on.');
    return { tables: [], page: undefined, failed: failures.size };
  }
  const tables = makeTable(plan, failures);
  for (const table of tables) sayTable(table, plan.recipe.reference, io);
  const page = await writeTable(plan, tables, request.out, io);
  io.say(`report: ${page}`);
  return { tables, page, failed: failures.size };
}

/** Says how many runs a table takes, how long they take here and how much disk; carries none out. */
export async function sayPlan(request: ReproduceRequest, io: RunIO): Promise<void> {
  const plan = await openPlan(request, io);
  for (const line of await forecastPlan(plan, resolve(request.out), request.jobs, io)) io.say(line);
}

/** The commands of the runs that are left, for a cluster's scheduler. */
export async function commandsOf(request: ReproduceRequest, io: RunIO): Promise<readonly string[]> {
  const { name, data, budget, own } = request;
  const named = Object.entries(data).flatMap(([key, path]) => ['--data', `${key}=${path}`]);
  const config = own?.file === undefined ? [] : ['--config', resolve(own.file)];
  const rest = ['--budget', budget, ...config, '--out', resolve(request.out)];
  const table = ['reproduce', name, ...named, ...rest];
  return listCommands(await openPlan(request, io), table);
}

async function openPlan(request: ReproduceRequest, io: RunIO): Promise<Plan> {
  const recipe = recipeNamed(request.name);
  const budget = budgets[request.budget];
  const data = await dataFor(recipe, request, io);
  const out = resolve(request.out);
  const { own = NO_SETTINGS } = request;
  const plan = await planTable({ recipe, data, budget, own, out });
  for (const { notes } of plan.scenarios) for (const note of notes) io.warn(note);
  const runs = [...plan.pretraining, ...plan.finetuning];
  const left = unfinished(runs).length;
  io.say(`${recipe.title}: ${runs.length} runs, ${runs.length - left} of them finished`);
  return plan;
}

/** The data as given; without any, phantoms, for the smoke budget alone. */
async function dataFor(
  { name, scenarios }: Recipe,
  { data, budget, out }: ReproduceRequest,
  io: RunIO,
): Promise<DataPaths> {
  const possible = scenarios.filter(({ task }) => task in tasks);
  const wanted = [...new Set(possible.flatMap(({ source, target }) => [source, target]))];
  if (wanted.length === 0 || wanted.some((given) => given in data)) return data;
  if (budget !== 'smoke') {
    throw new SettingsError(
      `${name} needs data: ${wanted.map((given) => `--data ${given}=PATH`).join(' ')}`,
      'Say where they are, or take --budget smoke, which draws phantoms.',
    );
  }
  const drawn: Record<string, string> = { ...data };
  for (const given of wanted) {
    io.say(`Drawing phantoms in place of ${paperData[given]!.title}`);
    drawn[given] = await drawPhantoms(resolve(out), given, io);
  }
  return drawn;
}

function sayTable(table: ScenarioTable, reference: string | undefined, io: RunIO): void {
  io.say(`\n${heading(table)}. ${kindOfData(table)}`);
  const { columns, rows } = mainTable(table);
  for (const line of [...textTable(columns, rows), ...emptyRows(table)]) io.say(line);
  if (table.tests.length === 0 || reference === undefined) return;
  const tests = testTable(table, reference);
  for (const line of textTable(tests.columns, tests.rows)) io.say(line);
}
