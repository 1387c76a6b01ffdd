import { freeBytes } from '../disk-space.js';
import { planLength } from '../tasks/length.js';
import { stepsPerEpoch } from '../training/batches.js';
import { bytes, duration } from '../training/forecast.js';
import type { RunIO } from '../training/run-io.js';
import {
  costOfFinetuning,
  costOfPretraining,
  type FinetuneCost,
  type PretrainCost,
} from './measure.js';
import type { Plan } from './plan.js';
import { type FinetuneRun, isFinished, kindOfRun, type PretrainRun } from './runs.js';

/** What runs of one kind take. */
interface Share {
  readonly name: string;
  readonly runs: number;
  readonly seconds: number;
  readonly bytes: number;
}

/**
 * What the runs of a plan that are left will take, measured here with a few steps of each kind of run.
 *
 * @param out the folder of all runs, whose disk they fill
 * @param atOnce runs at the same time
 */
export async function forecastPlan(
  plan: Plan,
  out: string,
  atOnce: number,
  io: RunIO,
): Promise<readonly string[]> {
  const shares = [...(await pretrainingShares(plan, io)), ...(await finetuningShares(plan, io))];
  if (shares.length === 0) return ['Every run is finished; only the table is to be written.'];
  const sum = (part: 'runs' | 'seconds' | 'bytes') =>
    shares.reduce((total, share) => total + share[part], 0);
  const together =
    atOnce > 1 ? `; with --jobs ${atOnce} not less than ${duration(sum('seconds') / atOnce)}` : '';
  return [
    ...shares.map(
      ({ name, runs, seconds, bytes: size }) =>
        `  ${name}: ${runs} ${runs === 1 ? 'run' : 'runs'}, ${duration(seconds)}, ${bytes(size)}`,
    ),
    `${sum('runs')} runs are left: ${duration(sum('seconds'))} one after another${together}, ` +
      `${bytes(sum('bytes'))} on the disk (${bytes(freeBytes(out))} free)`,
    'Measured on this machine with a few steps of each kind of run, as busy as it is now.',
  ];
}

async function pretrainingShares({ pretraining }: Plan, io: RunIO): Promise<readonly Share[]> {
  const shares: Share[] = [];
  for (const [index, runs] of byKind(pretraining).entries()) {
    if (io.interrupted()) break;
    const cost = await costOfPretraining(runs[0]!, io);
    shares.push({
      name: `pre-training ${index + 1} (${runs[0]!.name} and alike)`,
      runs: runs.length,
      seconds: runs.reduce((total, run) => total + secondsOfPretraining(run, cost), 0),
      bytes: runs.length * cost.bytes,
    });
  }
  return shares;
}

function secondsOfPretraining({ settings, images }: PretrainRun, cost: PretrainCost): number {
  const crops = settings.dimensions === 3 ? settings.views.cropsPerVolume : 1;
  const { batch, epochs } = settings;
  const steps = settings.steps ?? epochs * stepsPerEpoch({ samples: images * crops, batch });
  return steps * Math.min(batch, images * crops) * cost.secondsPerSample;
}

async function finetuningShares({ finetuning }: Plan, io: RunIO): Promise<readonly Share[]> {
  const shares: Share[] = [];
  for (const [index, runs] of byKind(finetuning).entries()) {
    if (io.interrupted()) break;
    const cost = await costOfFinetuning(runs[0]!, io);
    const sum = (part: (run: FinetuneRun) => number) =>
      runs.reduce((total, run) => total + run.settings.seeds * part(run), 0);
    shares.push({
      name: `fine-tuning ${index + 1} (${runs[0]!.settings.seeds} seeds each)`,
      runs: runs.length,
      seconds: sum((run) => secondsOfSeed(run, cost)),
      bytes: sum(({ target }) => cost.bytes + target.test.length * cost.bytesPerCase),
    });
  }
  return shares;
}

function secondsOfSeed({ settings, target, labelled }: FinetuneRun, cost: FinetuneCost): number {
  const counts = { labelled, validation: target.validation.length };
  const { steps, batch, validations } = planLength(settings, counts, settings.seed);
  const predicted = validations.length * target.validation.length + target.test.length;
  return steps * batch * cost.secondsPerSample + predicted * cost.secondsPerCase;
}

/** Runs that are left, those that take equally long a step together. */
function byKind<Kind extends PretrainRun | FinetuneRun>(
  runs: readonly Kind[],
): readonly (readonly Kind[])[] {
  const kinds = new Map<string, Kind[]>();
  for (const run of runs.filter((candidate) => !isFinished(candidate))) {
    const kind = kindOfRun(run);
    kinds.set(kind, [...(kinds.get(kind) ?? []), run]);
  }
  return [...kinds.values()];
}
