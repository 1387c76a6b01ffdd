import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { type Case, labelledSubset, missingClasses, openDataset } from '../datasets/index.js';
import { isDiskFull } from '../disk-space.js';
import type { FinetuneSettings } from '../settings/index.js';
import { prepareCompute } from '../training/device.js';
import { diskFull } from '../training/disk.js';
import { memoryHere } from '../training/open-source.js';
import {
  claimRunFolder,
  type RunFolder,
  readJson,
  removeIfEmpty,
  runFolder,
  writeJson,
} from '../training/run-folder.js';
import type { RunIO } from '../training/run-io.js';
import { aloneInRun } from '../training/run-lock.js';
import { withLog } from '../training/run-log.js';
import { CaseStore } from './case-store.js';
import { epochOf } from './evaluate.js';
import { partsOf } from './parts.js';
import { openTask } from './registry.js';
import { countOf, finishedResult, type Repetition, runRepetition } from './repetition.js';
import { type FinetuneResult, type SeedResult, summarise } from './results.js';
import { checkResumable } from './resumable.js';
import { describeInterrupted, describeResult } from './summary.js';
import type { Task } from './task.js';
import { findWeights, loadEncoder, type WeightsSource, widthOf } from './weights.js';

/** Of the machine's memory, for images; what exceeds it is read again in every epoch. */
const MEMORY_SHARE = 0.25;
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
 * @throws {RunError} the folder holds a run already, one with other settings, or another process writes it
 * @throws {TrainingError} the loss is not finite, or the disk is full
 */
export async function finetune(settings: FinetuneSettings, io: RunIO): Promise<FinetuneResult> {
  const folder = runFolder(settings.out);
  const isBegun = claimRunFolder(folder, io.resume);
  if (isBegun) checkResumable(settings.out, readJson(folder.config), settings);
  return aloneInRun(folder, () => finetuneIn(folder, settings, withLog(io, folder.log)));
}

async function finetuneIn(
  folder: RunFolder,
  settings: FinetuneSettings,
  io: RunIO,
): Promise<FinetuneResult> {
  const { shared, repetitions, splits } = await prepareOrLeaveNothing(folder, settings, io);
  writeJson(folder.config, settings);
  const resultOf = (seeds: readonly SeedResult[]): FinetuneResult => ({
    task: settings.task,
    dimensions: settings.dimensions,
    metric: shared.task.metric,
    classes: shared.task.classes,
    ...(shared.task.exclusive ? { exclusive: true } : {}),
    ...(shared.task.regions ? { regions: shared.task.regions } : {}),
    ...(shared.task.channelNames ? { channelNames: shared.task.channelNames } : {}),
    from: shared.from,
    labels: settings.labels,
    ...probeOf(settings),
    splits,
    complete: seeds.length === repetitions.length,
    seeds,
    summary: summarise(seeds, shared.task.classes),
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
  if (!result.complete) io.say(describeInterrupted(folder.path, finished.length, settings.seeds));
  return result;
}

function probeOf(settings: FinetuneSettings): Pick<FinetuneResult, 'probe'> {
  if (!('probe' in settings) || settings.probe.kind === null) return {};
  return { probe: settings.probe.kind };
}

/** A run that is refused leaves no folder behind. */
async function prepareOrLeaveNothing(folder: RunFolder, settings: FinetuneSettings, io: RunIO) {
  try {
    return await prepare(settings, io);
  } catch (error) {
    if (!existsSync(folder.config)) removeIfEmpty(folder);
    throw error;
  }
}

/** Everything that can be wrong with weights and data is found here, before the first step. */
async function prepare(settings: FinetuneSettings, io: RunIO) {
  const compute = prepareCompute(settings);
  const from = findWeights(settings.from);
  const dataset = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    ...settings.dataset,
    use: settings.task,
    ...('labelNames' in settings && settings.labelNames ? { labels: settings.labelNames } : {}),
  });
  for (const note of dataset.notes) io.say(note);
  const { train, val: validation, test } = partsOf(dataset, settings.dataset.splitSeed, io);
  const repetitions = plan(settings, train);
  warnOfMissingClasses(repetitions, train, dataset.labelNames, settings, io);
  const task = await openTask({ settings, dataset, compute });
  // What is wrong with a labelled subset shows here.
  for (const { labelled, seed } of repetitions) epochOf(task, labelled, { seed, epoch: 0 });
  const width = settings.network.width ?? widthOf(from) ?? OFFICIAL_WIDTH;
  checkWeights(task, from, width);
  const store = new CaseStore(task, dataset.cases, MEMORY_SHARE * memoryHere());
  const labelled = repetitions.flatMap((repetition) => repetition.labelled);
  await store.check([...new Set([...labelled, ...validation, ...test])]);
  const shared = { settings, task, store, compute, io, from, width, validation, test };
  const splits = { train: countOf(train), val: countOf(validation), test: countOf(test) };
  return { shared, repetitions, splits };
}

/** @throws {WeightsError} they do not fit the network */
function checkWeights(task: Task, from: WeightsSource, width: number): void {
  if (from.kind === 'scratch') return;
  using network = task.network({ width, random: new RandomStream(0, 'fine-tuning: weights') });
  loadEncoder(network.encoder, from, network.newInEncoder);
}

function plan(settings: FinetuneSettings, train: readonly Case[]): readonly Repetition[] {
  return Array.from({ length: settings.seeds }, (_, index) => {
    const seed = settings.seed + index;
    return {
      seed,
      name: settings.seeds === 1 ? `seed ${seed}` : `seed ${index + 1} of ${settings.seeds}`,
      folder: join(settings.out, `seed-${seed}`),
      labelled: labelledSubset(train, settings.labels, settings.labelSeed ?? seed),
    };
  });
}

/** A class that the labelled cases show one side of cannot be learnt from them. */
function warnOfMissingClasses(
  repetitions: readonly Repetition[],
  train: readonly Case[],
  classes: readonly string[],
  settings: FinetuneSettings,
  io: RunIO,
): void {
  for (const { seed, name, labelled } of repetitions) {
    const order = settings.labelSeed ?? seed;
    const said = missingClasses({ train, labelled, classes, seed: order });
    if (said !== undefined) io.warn(`${name}: ${said}`);
  }
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
