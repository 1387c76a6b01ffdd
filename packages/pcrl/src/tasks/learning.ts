import { Checkpoints } from '../training/checkpoint.js';
import { epochOf, evaluate, examplesOf } from './evaluate.js';
import { planLength } from './length.js';
import { type Probed, type ProbeSettings, probe } from './probing/probe.js';
import type { Repetition, RepetitionParts } from './repetition.js';
import type { SeedResult } from './results.js';
import { seedFolder } from './seed-folder.js';
import { SeedTraining } from './seed-training.js';
import type { TaskNetwork } from './task.js';

/** A network that has learnt from its labelled cases, ready to be tested. */
export interface Learnt {
  readonly network: TaskNetwork;
  readonly facts: Pick<SeedResult, 'steps' | 'keptStep' | 'keptEpoch' | 'validation' | 'probe'>;
  readonly seconds: Omit<SeedResult['seconds'], 'test'>;
}

/** Trains a repetition's network; undefined when it was interrupted, and has saved. */
export async function trained(
  parts: RepetitionParts,
  repetition: Repetition,
  network: TaskNetwork,
): Promise<Learnt | undefined> {
  const { settings, task, store, compute, io, validation } = parts;
  const { seed, labelled, folder, name } = repetition;
  const counts = {
    labelled: epochOf(task, labelled, { seed, epoch: 0 }).length,
    validation: examplesOf(task, validation).length,
  };
  const length = planLength(settings, counts, seed);
  const { metrics, checkpoints: path } = seedFolder(folder);
  const checkpoints = new Checkpoints(path, 1);
  const shared = { settings, task, store, compute, io, name, labelled, validation };
  using training = new SeedTraining({ ...shared, length, network, checkpoints, metrics });
  const isUnderWay = training.resume();
  const began = performance.now();
  if (!isUnderWay && !(await startHead(parts, repetition, network))) return undefined;
  if (!(await training.run())) return undefined;
  const { best, weights } = training.selection;
  if (weights) network.loadStateDict(weights);
  return {
    network,
    facts: {
      steps: training.step,
      keptStep: best?.step ?? training.step,
      keptEpoch: best?.epoch ?? training.step / length.perEpoch,
      validation: best ? { perClass: best.perClass, mean: best.mean, loss: best.loss } : null,
    },
    seconds: {
      training: secondsSince(began) - training.validationSeconds,
      validation: training.validationSeconds,
    },
  };
}

/** Gives the last layer its first weights, where they are a probe's; false when it was interrupted. */
async function startHead(
  parts: RepetitionParts,
  repetition: Repetition,
  network: TaskNetwork,
): Promise<boolean> {
  const { settings } = parts;
  if (!('probe' in settings && settings.probe.startsHead)) return true;
  const linear = { ...settings.probe, kind: 'linear' } as const;
  return (await probeOf(parts, repetition, network, linear)) !== undefined;
}

/** Probes a repetition's encoder as it came; undefined when it was interrupted. */
export async function probed(
  parts: RepetitionParts,
  repetition: Repetition,
  network: TaskNetwork,
  settings: ProbeSettings,
): Promise<Learnt | undefined> {
  const { task, store, validation } = parts;
  const began = performance.now();
  const found = await probeOf(parts, repetition, network, settings);
  if (!found) return undefined;
  const learning = secondsSince(began);
  const validated = performance.now();
  const { batch } = parts.settings;
  const request = { task, store, batch, network: found.network, draw: null };
  const figures = validation.length > 0 ? await evaluate(request, validation) : null;
  return {
    network: found.network,
    facts: { steps: 0, keptStep: 0, keptEpoch: 0, validation: figures, probe: found.facts },
    seconds: { training: learning, validation: secondsSince(validated) },
  };
}

function probeOf(
  { settings: { batch }, task, store, io, validation: cases }: RepetitionParts,
  repetition: Repetition,
  network: TaskNetwork,
  settings: ProbeSettings,
): Promise<Probed | undefined> {
  const labelled = epochOf(task, repetition.labelled, { seed: repetition.seed, epoch: 0 });
  const validation = examplesOf(task, cases);
  return probe({ task, network, store, batch, io, settings, labelled, validation });
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
