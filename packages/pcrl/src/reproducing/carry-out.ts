import { existsSync } from 'node:fs';
import { PcrlError } from '../errors.js';
import type { HeldLock } from '../lock-file.js';
import { finetune } from '../tasks/finetune.js';
import { pretrain } from '../training/pretrain.js';
import { runFolder } from '../training/run-folder.js';
import type { RunIO } from '../training/run-io.js';
import { runInChildren } from './child-runs.js';
import type { Plan } from './plan.js';
import { describeRun, type Run, unfinished } from './runs.js';

/** Why runs have not come to their end, by their names. */
export type Failures = ReadonlyMap<string, string>;

/**
 * Carries out the runs of a plan that are not finished, pre-training first, each going on where it stopped.
 * A run that fails is told and passed over, with those that need its weights.
 *
 * @param atOnce runs at the same time; more than one are processes of their own
 * @param lock of the folder of all runs; it is told of such processes
 */
export async function carryOut(
  plan: Plan,
  atOnce: number,
  lock: HeldLock,
  io: RunIO,
): Promise<Failures> {
  const failures = new Map<string, string>();
  for (const stage of [plan.pretraining, plan.finetuning]) {
    const left = unfinished(stage).filter((run) => {
      const isLost = run.kind === 'finetune' && run.needs !== undefined && failures.has(run.needs);
      if (isLost) failures.set(run.name, `${run.needs} failed`);
      return !isLost;
    });
    const fail = (run: Run, reason: string) => {
      failures.set(run.name, reason);
      io.warn(`${run.name} failed: ${reason}`);
    };
    const watching = { lock, io, fail };
    if (atOnce > 1) await runInChildren(left, atOnce, watching);
    else await runHere(left, watching);
    if (io.interrupted()) break;
  }
  return failures;
}

/** Whom a run tells what. */
export interface Watching {
  readonly lock: HeldLock;
  readonly io: RunIO;
  fail(run: Run, reason: string): void;
}

async function runHere(runs: readonly Run[], { io, fail }: Watching): Promise<void> {
  for (const [index, run] of runs.entries()) {
    if (io.interrupted()) return;
    io.say(`${describeRun(run)} (${index + 1} of ${runs.length})`);
    const resume = existsSync(runFolder(run.settings.out).config);
    // What a run says in between is in its own log.
    const quiet: RunIO = { ...io, resume, say: () => undefined };
    try {
      if (run.kind === 'pretrain') await pretrain(run.settings, quiet);
      else await finetune(run.settings, quiet);
    } catch (error) {
      if (!(error instanceof PcrlError)) throw error;
      fail(run, error.message);
    }
  }
}
