import { dirname, join } from 'node:path';
import { makeOutputFolder } from '../output-folder.js';
import { writeJson } from '../training/run-folder.js';
import type { Plan } from './plan.js';
import { type Run, unfinished } from './runs.js';

/** A run and the file with its settings. */
export interface WrittenRun {
  readonly run: Run;
  readonly config: string;
}

/** Writes a run's settings beside the folders of runs, for a command to take. */
export function writeRunSettings(run: Run): WrittenRun {
  const config = join(dirname(dirname(run.settings.out)), 'settings', `${run.name}.json`);
  makeOutputFolder(dirname(config));
  writeJson(config, run.settings);
  return { run, config };
}

/** The words after `pcrl` that carry a run out, or go on with it. */
export function commandOf({ run, config }: WrittenRun): readonly string[] {
  return [run.kind, '--config', config, '--resume'];
}

/**
 * The commands of the runs that are left, one a line, for a cluster's scheduler. Those of one part may run
 * at the same time; the second part needs the weights of the first.
 *
 * @param table the command that makes the table of them
 */
export function listCommands(plan: Plan, table: readonly string[]): readonly string[] {
  const lines = (runs: readonly Run[]) =>
    unfinished(runs).map((run) => shellLine(['pcrl', ...commandOf(writeRunSettings(run))]));
  return [
    '# 1. pre-training',
    ...lines(plan.pretraining),
    '# 2. fine-tuning, when all of 1 are done',
    ...lines(plan.finetuning),
    '# 3. the table, when all of 2 are done',
    shellLine(['pcrl', ...table]),
  ];
}

/** Words as a shell reads them. */
export function shellLine(words: readonly string[]): string {
  const quoted = (word: string) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return words.map(quoted).join(' ');
}
