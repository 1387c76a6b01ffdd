import { Checkpoints } from '../training/checkpoint.js';
import { epochOf, evaluate, examplesOf } from './evaluate.js';
import { planLength } from './length.js';
import { type ProbeSettings, probe } from './probing/probe.js';
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
  { settings, task, store, compute, io, validation }: RepetitionParts,
  { seed, labelled, folder, name }: Repetition,
  network: TaskNetwork,
): Promise<Learnt | undefined> {
  const counts = {
    labelled: epochOf(task, labelled, { seed, epoch: 0 }).length,
    validation: examplesOf(task, validation).length,
  };
  const length = planLength(settings, counts, seed);
  const { metrics, checkpoints: path } = seedFolder(folder);
  const checkpoints = new Checkpoints(path, 1);
  const shared = { settings, task, store, compute, io, name, labelled, validation };
  using training = new SeedTraining({ ...shared, length, network, checkpoints, metrics });
  training.resume();
  const began = performance.now();
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

/** Probes a repetition's encoder as it came; undefined when it was interrupted. */
export async function probed(
  { settings: { batch }, task, store, io, validation }: RepetitionParts,
  { seed, labelled: cases }: Repetition,
  network: TaskNetwork,
  settings: ProbeSettings,
): Promise<Learnt | undefined> {
  const began = performance.now();
  const shared = { task, store, batch };
  const labelled = epochOf(task, cases, { seed, epoch: 0 });
  const examples = { labelled, validation: examplesOf(task, validation) };
  const found = await probe({ ...shared, network, io, settings, ...examples });
  if (!found) return undefined;
  const learning = secondsSince(began);
  const validated = performance.now();
  const request = { ...shared, network: found.network, draw: null };
  const figures = validation.length > 0 ? await evaluate(request, validation) : null;
  return {
    network: found.network,
    facts: { steps: 0, keptStep: 0, keptEpoch: 0, validation: figures, probe: found.facts },
    seconds: { training: learning, validation: secondsSince(validated) },
  };
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
