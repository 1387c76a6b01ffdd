import { join } from 'node:path';
import { loadTensors, scope } from '@pcrl/torch';
import { openDataset } from '../datasets/index.js';
import { RunError } from '../errors.js';
import type { MethodFactory } from '../methods/method.js';
import { methods } from '../methods/registry.js';
import type { PretrainSettings } from '../settings/index.js';
import type { PreparedSample } from '../views/prepare.js';
import { CAPTURE_FILES, type Capture, valuesInWords } from './capture.js';
import { prepareCompute } from './device.js';
import { listingDigest } from './image-listing.js';
import { readJson } from './run-folder.js';
import { planRun } from './run-plan.js';
import { type SampleList, SamplePreparer } from './sample-preparer.js';
import { StepRecorder } from './step-recorder.js';
import { Trainer } from './trainer.js';

type CapturedStep = Capture['steps'][number];

/** A step made again. */
export interface ReplayedStep {
  /** Counted from 1, as in the metrics. */
  readonly step: number;
  readonly images: readonly string[];
  /** Loss, its terms, gradient norm and spread, as text: then and now. */
  readonly captured: Readonly<Record<string, string>>;
  readonly replayed: Readonly<Record<string, string>>;
}

/** Captured steps made again. */
export interface Replay {
  readonly steps: readonly ReplayedStep[];
  /** Whether every value came out as it did then. */
  readonly same: boolean;
}

/**
 * Makes the steps of a capture again: from the state before them, on the same samples.
 *
 * @param folder the `capture` folder of a run that stopped
 * @throws {RunError} it is no capture, or the images are others now
 */
export async function replayCapture(folder: string): Promise<Replay> {
  const capture = readJson(join(folder, CAPTURE_FILES.description)) as unknown as Capture;
  const { settings } = capture;
  const { cases } = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    ...settings.dataset,
  });
  return replaySteps(folder, capture, cases, methods[settings.method]);
}

/** {@link replayCapture} of any method, on images that are known. */
export async function replaySteps(
  folder: string,
  capture: Capture,
  cases: readonly { readonly image: string }[],
  build: MethodFactory<PretrainSettings>,
): Promise<Replay> {
  const { settings, device, threads } = capture;
  const { list } = planRun(settings, { cases });
  await checkListing(folder, capture, list);
  const compute = prepareCompute({ ...settings, device, threads });
  const trainer = new Trainer(settings, compute, build);
  try {
    scope(() => trainer.restore(loadTensors(join(folder, CAPTURE_FILES.state)).tensors));
    const preparer = new SamplePreparer(list, 0);
    const steps: ReplayedStep[] = [];
    for (const step of capture.steps) {
      const prepared = await prepareStep(preparer, step);
      steps.push(replayStep(trainer, step, prepared, capture.epochs));
    }
    return { steps, same: steps.every(isSame) };
  } finally {
    trainer[Symbol.dispose]();
  }
}

async function checkListing(folder: string, { listing }: Capture, { images }: SampleList) {
  if ((await listingDigest(images)) === listing) return;
  throw new RunError(
    `the images are not those that ${folder} was made with`,
    'Put them back where they were; capture.json names those of the step.',
  );
}

async function prepareStep(preparer: SamplePreparer, { epoch, samples }: CapturedStep) {
  const prepared: PreparedSample[] = [];
  for (const { sample, image } of samples) {
    const outcome = await preparer.prepare({ sample, epoch });
    if ('problem' in outcome) {
      throw new RunError(`${image} cannot be used now: ${outcome.problem.reason}`, '');
    }
    prepared.push(outcome.prepared);
  }
  return prepared;
}

/** The update leads to the next captured step; after the last one it is of no use and no harm. */
function replayStep(
  trainer: Trainer,
  captured: CapturedStep,
  prepared: readonly PreparedSample[],
  epochs: number,
): ReplayedStep {
  const { step, epoch, learningRate } = captured;
  const samples = captured.samples.map(({ sample }) => sample);
  const recorder = new StepRecorder();
  const context = { seed: trainer.settings.seed, step, epoch, epochs };
  recorder.add({ step, epoch, samples }, learningRate, trainer.gradients(prepared, context));
  const [recorded] = recorder.read({ seconds: 1, waited: 0 });
  trainer.update(learningRate);
  return {
    step: step + 1,
    images: captured.samples.map(({ image }) => image),
    captured: captured.values,
    replayed: valuesInWords(recorded!.metrics),
  };
}

function isSame({ captured, replayed }: ReplayedStep): boolean {
  return Object.entries(captured).every(([name, value]) => replayed[name] === value);
}
