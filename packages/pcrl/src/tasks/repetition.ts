import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { RandomStream, saveTensors } from '@pcrl/torch';
import { type Case, patientOf } from '../datasets/index.js';
import type { FinetuneSettings } from '../settings/index.js';
import type { Compute } from '../training/device.js';
import { readJson, writeJson } from '../training/run-folder.js';
import type { RunIO } from '../training/run-io.js';
import type { CaseStore } from './case-store.js';
import { evaluate, examplesOf } from './evaluate.js';
import { probed, trained } from './learning.js';
import { predictedPath, writePredictions } from './predictions.js';
import type { Count, SeedResult } from './results.js';
import { type SeedFolder, seedFolder } from './seed-folder.js';
import type { Assessment, Task, TaskNetwork } from './task.js';
import { loadEncoder, type WeightsSource } from './weights.js';

/** One repetition: its seed, its labelled cases and its folder. */
export interface Repetition {
  readonly seed: number;
  /** For progress, e.g. `seed 2 of 3`. */
  readonly name: string;
  readonly folder: string;
  readonly labelled: readonly Case[];
}

/** What all repetitions of a run share. */
export interface RepetitionParts {
  readonly settings: FinetuneSettings;
  readonly task: Task;
  readonly store: CaseStore;
  readonly compute: Compute;
  readonly io: RunIO;
  readonly from: WeightsSource;
  /** 3D: channels of the first convolution. */
  readonly width: number;
  readonly validation: readonly Case[];
  readonly test: readonly Case[];
}

/** The result of a repetition that came to its end before; undefined where it did not. */
export function finishedResult(folder: string): SeedResult | undefined {
  const { result } = seedFolder(folder);
  return existsSync(result) ? (readJson(result) as unknown as SeedResult) : undefined;
}

/**
 * Trains, validates and tests one repetition. The test split is predicted once, with the weights that
 * validated best.
 *
 * @returns undefined when it was interrupted, and has saved
 */
export async function runRepetition(
  parts: RepetitionParts,
  repetition: Repetition,
): Promise<SeedResult | undefined> {
  const { settings, task, from, width, compute } = parts;
  const { seed, labelled, folder } = repetition;
  const paths = seedFolder(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(paths.labelled, labelled.map(({ image }) => `${image}\n`).join(''));
  const network = task.network({ width, random: new RandomStream(seed, 'fine-tuning: weights') });
  try {
    loadEncoder(network.encoder, from, network.newInEncoder);
    task.fit?.(network, labelled);
    network.to(compute.device);
    const learnt = await ('probe' in settings && settings.probe.kind !== null
      ? probed(parts, repetition, network, settings.probe)
      : trained(parts, repetition, network));
    if (!learnt) return undefined;
    const tested = await testOnce(parts, learnt.network, paths);
    saveTensors(paths.weights, learnt.network.stateDict(), { task: settings.task });
    const result: SeedResult = {
      seed,
      labelled: { ...countOf(labelled), ...positivesOf(labelled, task) },
      ...learnt.facts,
      test: tested.figures,
      seconds: { ...learnt.seconds, test: tested.seconds },
    };
    // Written last: a repetition with a result is finished.
    writeJson(paths.result, result);
    rmSync(paths.checkpoints, { recursive: true, force: true });
    return result;
  } finally {
    network.dispose();
  }
}

async function testOnce(
  { settings, task, store, test }: RepetitionParts,
  network: TaskNetwork,
  paths: SeedFolder,
) {
  const began = performance.now();
  const assessments: Assessment[] = [];
  if (task.save) mkdirSync(paths.masks, { recursive: true });
  const request = { task, network, store, batch: settings.batch, draw: null };
  const figures = await evaluate(request, test, async (assessment, index) => {
    const { item, loss, row } = assessment;
    assessments.push({ item, loss, row });
    await task.save?.(assessment, predictedPath(paths.masks, item.image, index));
  });
  writePredictions(paths.predictions, task.columns, assessments);
  return { figures, seconds: (performance.now() - began) / 1000 };
}

/** How many cases, of how many patients. */
export function countOf(cases: readonly Case[]): Count {
  return { cases: cases.length, patients: new Set(cases.map(patientOf)).size };
}

function positivesOf(labelled: readonly Case[], task: Task): { positives?: readonly number[] } {
  const cases = examplesOf(task, labelled);
  if (!cases.every(({ labels }) => labels)) return {};
  return {
    positives: task.classes.map((_, at) => cases.filter(({ labels }) => labels?.[at] === 1).length),
  };
}
