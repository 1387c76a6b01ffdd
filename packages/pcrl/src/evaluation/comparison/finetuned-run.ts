import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { RunError } from '../../errors.js';
import { type Predictions, readPredictions } from '../../tasks/predictions.js';
import type { FinetuneResult, SeedResult } from '../../tasks/results.js';
import { commonFolder } from '../../training/image-listing.js';
import { readJson } from '../../training/run-folder.js';

/** A finished repetition of a run, with what it predicted of the test cases. */
export interface FinetunedSeed {
  readonly folder: string;
  readonly result: SeedResult;
  /** In the order of `TestCases.names`. */
  readonly rows: readonly (readonly number[])[];
  /** Where each of the test cases stands in the seed's own `predictions.csv`. */
  readonly places: readonly number[];
}

/** A fine-tuning run, read from its folder. */
export interface FinetunedRun {
  readonly folder: string;
  readonly result: FinetuneResult;
  readonly seeds: readonly FinetunedSeed[];
}

/** The test cases that all runs share. */
export interface TestCases {
  /** Paths below the folder that holds them all: the same wherever the data lie. */
  readonly names: readonly string[];
  /** Absolute paths, as the first run had them. */
  readonly images: readonly string[];
  readonly patients: readonly string[];
  /** True masks of a segmentation. */
  readonly masks: readonly string[];
}

/** Runs that can be compared. */
export interface ComparableRuns {
  readonly runs: readonly FinetunedRun[];
  readonly test: TestCases;
}

/**
 * Reads fine-tuning runs and checks that they belong together.
 *
 * @throws {RunError} a folder holds no fine-tuned run, or runs differ in task, classes or test cases
 */
export function readRuns(folders: readonly string[]): ComparableRuns {
  const distinct = [...new Set(folders.map((folder) => resolve(folder)))];
  const opened = distinct.map((folder) => ({ folder, result: readResult(folder) }));
  const first = opened[0];
  if (!first) throw new RunError('there is no run to compare', 'Name runs of pcrl finetune.');
  for (const other of opened) checkSameTask(first, other);
  const test = testCases(readPredictions(predictionsOf(first.folder, first.result.seeds[0]!)));
  const runs = opened.map(({ folder, result }) => ({
    folder,
    result,
    seeds: result.seeds.map((seed) => {
      const predictions = readPredictions(predictionsOf(folder, seed));
      const places = placesIn(predictions, folder, test, first);
      const rows = places.map((place) => predictions.rows[place]!);
      return { folder: seedFolder(folder, seed), result: seed, rows, places };
    }),
  }));
  return { runs, test };
}

function readResult(folder: string): FinetuneResult {
  const path = join(folder, 'results.json');
  if (!existsSync(path)) {
    const isRun = existsSync(join(folder, 'config.json'));
    throw new RunError(
      isRun
        ? `${folder} has no results: no seed of it is finished, or it is no fine-tuning run`
        : `${folder} holds no run`,
      'Compare runs of pcrl finetune that have finished.',
    );
  }
  return readJson(path) as unknown as FinetuneResult;
}

interface OpenedRun {
  readonly folder: string;
  readonly result: FinetuneResult;
}

function checkSameTask(first: OpenedRun, other: OpenedRun): void {
  const kind = ({ result }: OpenedRun) =>
    `${result.task}, ${result.dimensions}D, classes ${result.classes.join(', ')}`;
  if (kind(first) === kind(other)) return;
  throw new RunError(
    `these runs are of different tasks:\n    ${first.folder}: ${kind(first)}\n    ${other.folder}: ${kind(other)}`,
    'Compare runs of one task on one data set.',
  );
}

function seedFolder(folder: string, { seed }: SeedResult): string {
  return join(folder, `seed-${seed}`);
}

function predictionsOf(folder: string, seed: SeedResult): string {
  return join(seedFolder(folder, seed), 'predictions.csv');
}

function testCases({ images, patients, masks }: Predictions): TestCases {
  return { names: namesOf(images), images, patients, masks };
}

/** Where an image was tested at several places, they are numbered. */
function namesOf(images: readonly string[]): readonly string[] {
  const folder = commonFolder(images);
  const counts = new Map<string, number>();
  return images.map((image) => {
    const before = counts.get(image) ?? 0;
    counts.set(image, before + 1);
    const name = relative(folder, image) || basename(image);
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

/** Where the shared test cases stand in a seed's predictions. */
function placesIn(
  { images }: Predictions,
  folder: string,
  test: TestCases,
  first: OpenedRun,
): readonly number[] {
  const byName = new Map(namesOf(images).map((name, at) => [name, at]));
  const missing = test.names.filter((name) => !byName.has(name));
  if (missing.length === 0 && byName.size === test.names.length) {
    return test.names.map((name) => byName.get(name)!);
  }
  const extra = [...byName.keys()].filter((name) => !test.names.includes(name));
  const only = (where: string, names: readonly string[]) =>
    names.length > 0 ? `\n    only in ${where}: ${names.slice(0, 5).join(', ')}` : '';
  throw new RunError(
    `${folder} was tested on other cases than ${first.folder}` +
      only(first.folder, missing) +
      only(folder, extra),
    'Compare runs that were tested on the same split of the same data.',
  );
}
