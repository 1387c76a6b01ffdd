import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '@pcrl/torch';
import { RunError } from '../errors.js';
import { makeOutputFolder } from '../output-folder.js';
import { type Group, isGroup } from '../settings/merge.js';

/** What is true of a run beside its settings: `run.json`. */
export interface RunFacts {
  readonly task: 'pretraining';
  /** Version of pcrl that began it. */
  readonly version: string;
  /** How many images there are, and a hash of their listing. */
  readonly images: number;
  readonly listing: string;
  /** Where it computes. */
  readonly device: string;
  readonly threads: number;
  readonly libtorch: string;
}

/** The places in a run folder. */
export interface RunFolder {
  readonly path: string;
  readonly config: string;
  readonly facts: string;
  readonly metrics: string;
  readonly log: string;
  readonly lock: string;
  readonly checkpoints: string;
  readonly capture: string;
  readonly weights: string;
  readonly encoder: string;
}

/** Where things are in a run folder. Touches nothing. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, 'config.json'),
    facts: join(path, 'run.json'),
    metrics: join(path, 'metrics.jsonl'),
    log: join(path, 'log.txt'),
    lock: join(path, 'lock.json'),
    checkpoints: join(path, 'checkpoints'),
    capture: join(path, 'capture'),
    weights: join(path, 'weights.safetensors'),
    encoder: join(path, 'encoder.safetensors'),
  };
}

/**
 * Makes the folder of a run, or finds the run in it.
 *
 * @returns whether a run was begun there before
 * @throws {RunError} there is a run and it is not to be resumed, or there are files of something else
 */
export function claimRunFolder(folder: RunFolder, resume: boolean): boolean {
  if (existsSync(folder.config)) {
    if (resume) return true;
    throw new RunError(
      `${folder.path} holds a run already`,
      'Go on with it with --resume, or choose another --out.',
    );
  }
  makeOutputFolder(folder.path);
  if (holdsNothing(folder)) return false;
  throw new RunError(
    `${folder.path} is not empty, and what it holds is no run`,
    'Choose another --out: nothing is overwritten.',
  );
}

/** Removes the folder of a run that never began. */
export function removeIfEmpty(folder: RunFolder): void {
  if (holdsNothing(folder)) rmSync(folder.path, { recursive: true });
}

/** A log and a lock alone are what a start that failed early leaves. */
function holdsNothing({ path, log, lock }: RunFolder): boolean {
  return readdirSync(path).every((name) => [log, lock].includes(join(path, name)));
}

/** Writes data as JSON, whole or not at all. */
export function writeJson(path: string, data: object): void {
  writeFileDurably(path, [Buffer.from(`${JSON.stringify(data, null, 2)}\n`)]);
}

/**
 * Reads one of a run's JSON files.
 *
 * @throws {RunError} it is missing or damaged
 */
export function readJson(path: string): Group {
  try {
    const data: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isGroup(data)) return data;
  } catch (error) {
    throw new RunError(
      `${path} cannot be read: ${(error as Error).message}`,
      'Put it back from a copy, or start a new run.',
      { cause: error },
    );
  }
  throw new RunError(`${path} holds no settings`, 'Put it back from a copy, or start a new run.');
}

/** Adds a line to `log.txt`; a full disk is not worth stopping for here. */
export function appendToLog(path: string, line: string): void {
  try {
    appendFileSync(path, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // Whoever watches has seen the line; the run's own writes will say that the disk is full.
  }
}
