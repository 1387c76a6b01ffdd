import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSplit } from '../datasets/split-file.js';
import { finetune } from '../tasks/finetune.js';
import { seedFolder } from '../tasks/seed-folder.js';
import { pretrain } from '../training/pretrain.js';
import { runFolder } from '../training/run-folder.js';
import { type RunIO, silentIO } from '../training/run-io.js';
import type { FinetuneRun, PretrainRun } from './runs.js';

/** What a pre-training run takes. */
export interface PretrainCost {
  readonly secondsPerSample: number;
  /** Of its weights and checkpoints. */
  readonly bytes: number;
}

/** What a repetition of a fine-tuning run takes. */
export interface FinetuneCost {
  readonly secondsPerSample: number;
  /** To predict one. */
  readonly secondsPerCase: number;
  /** Of its weights, and of what it keeps of a test case. */
  readonly bytes: number;
  readonly bytesPerCase: number;
}

/** Steps that are measured; the first one warms up. */
const STEPS = 4;
/** Larger batches are taken to last as much longer as they are larger. */
const SAMPLES = 8;
const CASES = { validation: 2, test: 4 } as const;

/** Pre-trains for a few steps, into a folder that is removed again. */
export async function costOfPretraining(
  { settings }: PretrainRun,
  io: RunIO,
): Promise<PretrainCost> {
  return inTemporaryFolder(async (out) => {
    const batch = Math.min(settings.batch, SAMPLES);
    const checkpoint = { everySteps: null, everyMinutes: null, keep: 1 };
    const times: number[] = [];
    const watching: RunIO = {
      ...silentIO,
      progress: () => times.push(performance.now()),
      interrupted: io.interrupted,
    };
    await pretrain({ ...settings, out, steps: STEPS, batch, checkpoint }, watching);
    const seconds = (times.at(-1)! - times[0]!) / 1000 / Math.max(1, times.length - 1);
    const { weights, encoder } = runFolder(out);
    const size = sizeOf(weights);
    // A checkpoint holds the momentum beside the weights.
    const bytes = size + sizeOf(encoder) + 2 * size * settings.checkpoint.keep;
    return { secondsPerSample: seconds / batch, bytes };
  });
}

/** Fine-tunes from scratch for a few steps and predicts a few cases, into a folder that is removed again. */
export async function costOfFinetuning(
  { settings, target }: FinetuneRun,
  io: RunIO,
): Promise<FinetuneCost> {
  return inTemporaryFolder(async (folder) => {
    const { train, validation, test } = target;
    const few = [...train, ...validation.slice(0, CASES.validation), ...test.slice(0, CASES.test)];
    const splitFile = join(folder, 'split.csv');
    await writeSplit(splitFile, few);
    const out = join(folder, 'run');
    const batch = Math.min(settings.batch, SAMPLES, train.length);
    const changed = {
      ...settings,
      ...{ out, batch, steps: STEPS, seeds: 1, from: 'scratch', select: 'last' as const },
      ...{ labels: { count: batch }, dataset: { ...settings.dataset, splitFile } },
    };
    const { seeds } = await finetune(changed, { ...silentIO, interrupted: io.interrupted });
    const { seconds, seed } = seeds[0]!;
    const paths = seedFolder(join(out, `seed-${seed}`));
    const tested = Math.min(test.length, CASES.test);
    return {
      secondsPerSample: seconds.training / STEPS / batch,
      secondsPerCase: seconds.test / tested,
      bytes: sizeOf(paths.weights),
      bytesPerCase: sizeOf(paths.masks) / tested,
    };
  });
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pcrl-measure-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes of a file, or of the files in a folder; 0 where there is none. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((total, name) => total + sizeOf(join(path, name)), 0);
}
