import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, type Tensor } from '@pcrl/torch';
import type { Region } from '../../datasets/index.js';
import { RunError } from '../../errors.js';
import {
  type FinetuneInput,
  type FinetuneSettings,
  resolveFinetuneSettings,
} from '../../settings/index.js';
import { readJson, runFolder } from '../../training/run-folder.js';
import type { FinetuneResult } from '../results.js';
import { seedFolder } from '../seed-folder.js';
import { regionsOfLabels } from '../structures.js';
import { FIRST_CONVOLUTION } from '../weights.js';

/** A fine-tuned network, as its run folder has it. */
export interface FinetunedModel {
  readonly run: string;
  readonly seed: number;
  readonly settings: FinetuneSettings;
  readonly classes: readonly string[];
  /** Classification: whether an image has exactly one of the classes. */
  readonly exclusive: boolean;
  /** Segmentation: what the classes are. */
  readonly regions: readonly Region[];
  /** Of a case; empty where it has one. */
  readonly channelNames: readonly string[];
  /** The safetensors file. */
  readonly weights: string;
  /** 3D: channels of the first convolution. */
  readonly width: number;
}

const OFFICIAL_WIDTH = 32;

/** Weights under the names of their network. */
export type StateDict = ReadonlyMap<string, Tensor>;

/**
 * Finds the network of a fine-tuning run.
 *
 * @param seed which repetition's; the first that finished when left out
 * @throws {RunError} the folder holds no run, one of another kind, or none that has finished
 */
export function openModel(run: string, seed?: number): FinetunedModel {
  const { config } = runFolder(run);
  if (!existsSync(config)) {
    throw new RunError(`${run} holds no run`, 'Name a folder that pcrl finetune made.');
  }
  const given = readJson(config);
  if (!('task' in given)) {
    throw new RunError(
      `${run} is a pre-training run: its encoder has not learnt to predict anything`,
      `Fine-tune it first: pcrl finetune DATA --task TASK --from ${run} --out RUN`,
    );
  }
  const settings = resolveFinetuneSettings(given as FinetuneInput);
  const results = join(run, 'results.json');
  const result = existsSync(results) ? (readJson(results) as unknown as FinetuneResult) : undefined;
  const finished = result?.seeds.map((each) => each.seed) ?? [];
  const chosen = seed ?? finished[0];
  if (!result || chosen === undefined || !finished.includes(chosen)) {
    const which = seed === undefined ? 'no finished seed' : `no finished seed ${seed}`;
    throw new RunError(
      `${run} has ${which}`,
      finished.length > 0
        ? `It has ${finished.join(', ')}.`
        : `Finish it with pcrl finetune --out ${run} --resume.`,
    );
  }
  const { weights } = seedFolder(join(run, `seed-${chosen}`));
  const { classes, exclusive = false, channelNames = [] } = result;
  const regions = result.regions ?? regionsOfLabels(classes);
  const width = widthOfModel(settings, weights);
  const named = { classes, exclusive, regions, channelNames };
  return { run, seed: chosen, settings, ...named, weights, width };
}

function widthOfModel({ dimensions, network }: FinetuneSettings, weights: string): number {
  if (dimensions === 2 || network.width !== null) return network.width ?? 0;
  const first = readSafetensors(weights).tensors.get(FIRST_CONVOLUTION);
  // Without it the state dictionary does not fit, which names every key.
  return first ? first.shape[0]! : OFFICIAL_WIDTH;
}
