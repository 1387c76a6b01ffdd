import { join } from 'node:path';
import { type Case, labelledSubset, openDataset } from '../datasets/index.js';
import type { FinetuneSettings } from '../settings/index.js';
import { prepareCompute } from '../training/device.js';
import { diskFull, isDiskFull } from '../training/disk.js';
import { claimRunFolder, readJson, runFolder, writeJson } from '../training/run-folder.js';
import type { RunIO } from '../training/run-io.js';
import { CaseStore } from './case-store.js';
import { partsOf } from './parts.js';
import { openTask } from './registry.js';
import { countOf, finishedResult, type Repetition, runRepetition } from './repetition.js';
import { type FinetuneResult, type SeedResult, summarise } from './results.js';
import { checkResumable } from './resumable.js';
import { describeResult } from './summary.js';
import { findWeights, widthOf } from './weights.js';

/** Images and volumes kept in memory; what exceeds it is read again in every epoch. */
const MEMORY_BYTES = 4 * 2 ** 30;
const OFFICIAL_WIDTH = 32;

/**
 * Fine-tunes on labelled images and tests, once for each seed.
 *
 * The run folder gets `config.json`, a folder for each seed (`labelled.txt`, `metrics.jsonl`, the weights
 * that were kept, `predictions.csv`, for segmentation the predicted masks) and `results.json`. A run that
 * is resumed repeats no finished seed.
 *
 * @throws {DatasetError | ImageError} the labelled data have a problem; nothing has been trained then
 * @throws {WeightsError} the weights do not fit the network
 * @throws {RunError} the folder holds a run already, or one with other settings
 * @throws {TrainingError} the loss is not finite, or the disk is full
 */
export async function finetune(settings: FinetuneSettings, io: RunIO): Promise<FinetuneResult> {
  const compute = prepareCompute(settings);
  const from = findWeights(settings.from);
  const dataset = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    use: settings.task,
    ...(settings.labelNames ? { labels: settings.labelNames } : {}),
  });
  for (const note of dataset.notes) io.say(note);
  const parts = partsOf(dataset, io);
  const repetitions = plan(settings, parts.train);
  const task = await openTask({ settings, dataset, compute });
  const store = new CaseStore(task, dataset.cases, MEMORY_BYTES);
  const used = new Set([...repetitions.flatMap(({ labelled }) => labelled), ...parts.val]);
  await store.check([...used, ...parts.test]);
  claim(settings, io);
  const width = settings.network.width ?? widthOf(from) ?? OFFICIAL_WIDTH;
  const { val: validation, test } = parts;
  const shared = { settings, task, store, compute, io, from, width, validation, test };
  const resultOf = (seeds: readonly SeedResult[]): FinetuneResult => ({
    task: settings.task,
    dimensions: settings.dimensions,
    metric: task.metric,
    classes: task.classes,
    from,
    labels: settings.labels,
    splits: { train: countOf(parts.train), val: countOf(validation), test: countOf(test) },
    complete: seeds.length === repetitions.length,
    seeds,
    summary: summarise(seeds, task.classes),
  });
  const finished: SeedResult[] = [];
  for (const repetition of repetitions) {
    const result = finishedResult(repetition.folder) ?? (await guarded(shared, repetition));
    if (!result) break;
    finished.push(result);
    writeJson(join(settings.out, 'results.json'), resultOf(finished));
  }
  const result = resultOf(finished);
  for (const line of describeResult(result)) io.say(line);
  return result;
}

function plan(settings: FinetuneSettings, train: readonly Case[]): readonly Repetition[] {
  return Array.from({ length: settings.seeds }, (_, index) => {
    const seed = settings.seed + index;
    return {
      seed,
      name: settings.seeds === 1 ? `seed ${seed}` : `seed ${index + 1} of ${settings.seeds}`,
      folder: join(settings.out, `seed-${seed}`),
      labelled: labelledSubset(train, settings.labels, seed),
    };
  });
}

/** Makes the run folder, or checks that the run in it has the same settings. */
function claim(settings: FinetuneSettings, io: RunIO): void {
  const folder = runFolder(settings.out);
  const isBegun = claimRunFolder(folder, io.resume);
  if (isBegun) checkResumable(settings.out, readJson(folder.config), settings);
  writeJson(folder.config, settings);
}

async function guarded(
  shared: Parameters<typeof runRepetition>[0],
  repetition: Repetition,
): Promise<SeedResult | undefined> {
  try {
    return await runRepetition(shared, repetition);
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(repetition.folder, undefined, error);
    throw error;
  }
}
