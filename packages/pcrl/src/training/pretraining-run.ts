import { buildInfo } from '@pcrl/torch';
import type { Dataset, Problem } from '../datasets/index.js';
import { isDiskFull } from '../disk-space.js';
import type { MethodFactory } from '../methods/method.js';
import type { PretrainSettings } from '../settings/index.js';
import { batchesFrom } from './batches.js';
import { Checkpoints } from './checkpoint.js';
import { type Compute, prepareCompute } from './device.js';
import { diskFull } from './disk.js';
import { saveFinalWeights } from './final-weights.js';
import { listingDigest } from './image-listing.js';
import { initialiseEncoder } from './initial-weights.js';
import { Loader } from './loader.js';
import { memoryWarning } from './memory-forecast.js';
import { MetricsFile } from './metrics.js';
import { memoryHere, openSource } from './open-source.js';
import { resumeRun } from './resume.js';
import { checkSameSettings, settingsHash } from './resume-check.js';
import {
  claimRunFolder,
  type RunFacts,
  type RunFolder,
  readJson,
  runFolder,
  writeJson,
} from './run-folder.js';
import type { RunIO } from './run-io.js';
import { aloneInRun } from './run-lock.js';
import { withLog } from './run-log.js';
import { describePlan, planRun, type RunPlan } from './run-plan.js';
import { Trainer } from './trainer.js';
import { TrainingLoop } from './training-loop.js';
import { VERSION } from './version.js';

/** How a pre-training run ended. */
export interface PretrainResult {
  /** The run folder. */
  readonly run: string;
  /** Steps done, those before a resume included. */
  readonly steps: number;
  /** Time that this call took. */
  readonly seconds: number;
  /** The last value of the loss and of each of its terms. */
  readonly finalLosses: Readonly<Record<string, number>>;
  /** Files that were left out, and why. */
  readonly skipped: readonly Problem[];
  /** Whether it was told to stop before its end; it has saved and can be resumed. */
  readonly interrupted: boolean;
}

/** What training itself comes to. */
type RunEnd = Omit<PretrainResult, 'run' | 'seconds'>;

/** The images of a run, and what became of files that are none. */
export type Images = Pick<Dataset, 'cases' | 'problems' | 'notes'>;

/** A run whose folder is claimed and whose settings are known to fit it. */
interface OpenRun {
  readonly settings: PretrainSettings;
  readonly io: RunIO;
  readonly images: Images;
  readonly folder: RunFolder;
  readonly plan: RunPlan;
  readonly metrics: MetricsFile;
  readonly checkpoints: Checkpoints;
  readonly facts: RunFacts;
  readonly trainer: Trainer;
  readonly settingsHash: string;
}

/**
 * Pre-trains what `build` makes on the images of a dataset. It never asks which method that is.
 *
 * @throws as {@link pretrain}
 */
export async function runPretraining(
  settings: PretrainSettings,
  runIO: RunIO,
  images: Images,
  build: MethodFactory<PretrainSettings>,
): Promise<PretrainResult> {
  const began = performance.now();
  const plan = planRun(settings, images);
  const folder = runFolder(settings.out);
  const compute = prepareCompute(settings);
  const isBegun = claimRunFolder(folder, runIO.resume);
  if (isBegun) checkSameSettings(folder.path, readJson(folder.config), settings);
  return aloneInRun(folder, async () => {
    const facts = await factsOf(plan, compute);
    const trainer = new Trainer(settings, compute, build);
    const run: OpenRun = {
      settings,
      io: withLog(runIO, folder.log),
      images,
      folder,
      plan,
      metrics: new MetricsFile(folder.metrics),
      checkpoints: new Checkpoints(folder.checkpoints, settings.checkpoint.keep),
      facts,
      trainer,
      settingsHash: settingsHash(settings),
    };
    const end = await carryOut(run, isBegun);
    return { run: folder.path, seconds: (performance.now() - began) / 1000, ...end };
  });
}

/** From the first step that is not done to the last; closes what the run holds. */
async function carryOut(run: OpenRun, isBegun: boolean): Promise<RunEnd> {
  const { settings, folder, facts, trainer } = run;
  try {
    const first = isBegun ? resumeRun(run) : 0;
    if (first === 0) begin(run);
    writeJson(folder.config, settings);
    writeJson(folder.facts, facts);
    return await train(run, first);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const saved = run.checkpoints.steps().at(-1);
    throw diskFull(folder.path, saved, error);
  } finally {
    run.metrics.close();
    trainer[Symbol.dispose]();
  }
}

async function factsOf({ list }: RunPlan, { device, threads }: Compute): Promise<RunFacts> {
  return {
    task: 'pretraining',
    version: VERSION,
    images: list.images.length,
    listing: await listingDigest(list.images),
    device,
    threads,
    libtorch: buildInfo().version,
  };
}

function begin({ settings, io, folder, trainer }: OpenRun): void {
  if (io.resume) io.say(`Nothing to resume in ${folder.path}: starting with the first step.`);
  initialiseEncoder(trainer.method.encoderState(), settings.network.encoderInit);
}

async function train(run: OpenRun, first: number): Promise<RunEnd> {
  const { settings, io, images, plan, trainer } = run;
  const sayUnusable = ({ path, reason }: Problem) => io.warn(`skipped ${path}: ${reason}`);
  for (const note of images.notes) io.say(note);
  images.problems.forEach(sayUnusable);
  io.say(describePlan(plan, trainer.compute.device, first));
  warnOfMemory(run);

  const source = openSource(plan.list, settings.workers);
  const batches = batchesFrom(plan.batches, first, plan.length.steps);
  const loader = new Loader(plan.list, source, batches, sayUnusable);
  try {
    const loop = new TrainingLoop({ ...run, length: plan.length, loader }, first);
    const { steps, interrupted } = await loop.run();
    const skipped = [...images.problems, ...loader.unusable];
    finish(run, { steps, interrupted, skipped });
    return { steps, interrupted, skipped, finalLosses: loop.losses };
  } finally {
    await source.close();
  }
}

/** On a GPU libtorch says itself that memory ends; here the system would end the run without a word. */
function warnOfMemory({ settings, io, plan, trainer }: OpenRun): void {
  if (trainer.compute.device !== 'cpu') return;
  const { samples } = plan.batches;
  const warning = memoryWarning(settings, { samples, available: memoryHere() });
  if (warning !== undefined) io.warn(warning);
}

function finish(
  { settings, io, images, folder, trainer }: OpenRun,
  { steps, interrupted, skipped }: Pick<PretrainResult, 'steps' | 'interrupted' | 'skipped'>,
): void {
  if (!interrupted) saveFinalWeights(folder, trainer.method, settings);
  if (skipped.length > 0) {
    const all = images.cases.length + images.problems.length;
    io.warn(`${skipped.length} of ${all} images could not be used; ${folder.log} names them.`);
  }
  io.say(
    interrupted
      ? `Saved after step ${steps}. Go on with: pcrl pretrain --out ${folder.path} --resume`
      : `Done. The encoder for fine-tuning: ${folder.encoder}`,
  );
}
