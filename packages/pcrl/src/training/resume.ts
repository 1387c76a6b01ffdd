import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RunError } from '../errors.js';
import type { CheckpointFacts, Checkpoints } from './checkpoint.js';
import type { MetricsFile } from './metrics.js';
import { type RunFacts, type RunFolder, readJson } from './run-folder.js';
import type { RunIO } from './run-io.js';
import type { RunPlan } from './run-plan.js';
import type { Trainer } from './trainer.js';

/** What a resumed run goes on with. */
export interface ResumeParts {
  readonly folder: RunFolder;
  readonly io: RunIO;
  readonly checkpoints: Checkpoints;
  readonly metrics: MetricsFile;
  readonly trainer: Trainer;
  readonly settingsHash: string;
  readonly plan: Pick<RunPlan, 'length'>;
  /** What is true of this run now. */
  readonly facts: RunFacts;
}

/**
 * Brings a run back to its last whole checkpoint: weights, momentum and metrics are then as they were
 * when it was written.
 *
 * @returns steps done; 0 when there was no checkpoint yet
 * @throws {RunError} the images are others, it is further than it is to go, or every checkpoint is damaged
 */
export function resumeRun(parts: ResumeParts): number {
  const { folder, io, checkpoints, metrics, trainer } = parts;
  if (existsSync(folder.facts)) compareFacts(parts, readJson(folder.facts) as Partial<RunFacts>);
  const { facts, damaged } = checkpoints.latest();
  for (const { path, reason } of damaged) io.warn(`damaged checkpoint: ${path}: ${reason}`);
  if (!facts && damaged.length > 0) {
    throw new RunError(
      `no checkpoint of ${folder.path} is whole`,
      'Start a new run in another folder; its results will be the same.',
    );
  }
  const step = facts?.step ?? 0;
  checkLength(parts, step);
  checkpoints.tidy(step);
  removeHalfWritten(folder.path);
  metrics.cutAfter(step);
  if (!facts) return 0;
  checkSettings(parts, facts);
  if (damaged.length > 0) io.warn(`Going on from the checkpoint before, of step ${step}.`);
  checkpoints.load(facts, (tensors) => trainer.restore(tensors));
  return step;
}

function compareFacts({ folder, io, facts }: ResumeParts, before: Partial<RunFacts>): void {
  if (before.listing !== facts.listing) {
    throw new RunError(
      `the images are not those that ${folder.path} was begun with: ${before.images} then, ` +
        `${facts.images} now, or other names, sizes or order`,
      'Go on with the same images, or start a new run in another folder.',
    );
  }
  for (const key of ['device', 'threads', 'libtorch'] as const) {
    if (before[key] === facts[key]) continue;
    io.warn(
      `${key} is ${facts[key]} now and was ${before[key]}: the run goes on, but not with the same ` +
        'bits that it would have had.',
    );
  }
}

/** A run that was made shorter than it is would call other steps its end. */
function checkLength({ folder, plan }: ResumeParts, done: number): void {
  const { steps } = plan.length;
  if (done <= steps) return;
  throw new RunError(
    `${folder.path} has done ${done} steps, and is to end after ${steps}`,
    'Leave --steps and --epochs as they were, or ask for more than it has done.',
  );
}

/** The config may have been edited to fit; the checkpoint knows better. */
function checkSettings({ folder, settingsHash }: ResumeParts, facts: CheckpointFacts): void {
  if (facts.settings === settingsHash) return;
  throw new RunError(
    `the checkpoint of step ${facts.step} in ${folder.path} was made with other settings`,
    'Go on with the settings that the run was begun with.',
  );
}

function removeHalfWritten(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith('.partial')) rmSync(join(path, name), { force: true });
  }
}
