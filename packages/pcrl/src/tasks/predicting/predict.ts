import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { type Case, openToPredict, type Problem } from '../../datasets/index.js';
import { ImageError, PredictionError } from '../../errors.js';
import { readImageDimensions } from '../../images/index.js';
import type { CaseWatcher } from '../../progress.js';
import type { FinetuneSettings } from '../../settings/index.js';
import { prepareCompute } from '../../training/device.js';
import type { RunIO } from '../../training/run-io.js';
import { groupsOf } from '../evaluate.js';
import type { LoadedCase } from '../task.js';
import { type FinetunedModel, openModel } from './model.js';
import { outputNames } from './output-names.js';
import { PredictionsFolder } from './predictions-folder.js';
import type { Predictor } from './predictor.js';
import { openPredictor } from './registry.js';

/** What to predict, with what, and where to. */
export interface PredictRequest {
  /** A run folder of `finetune`. */
  readonly model: string;
  /** Which repetition of the run; the first that finished when left out. */
  readonly seed?: number;
  /** Images, folders, CSVs, lists, public archives. */
  readonly inputs: readonly string[];
  /** The folder to make. */
  readonly out: string;
  /** Also draw where in each image the answer comes from. */
  readonly maps?: boolean;
  /** As the run had them when left out. */
  readonly device?: FinetuneSettings['device'];
  readonly threads?: number;
}

/** How predicting ended. */
export interface PredictResult {
  readonly predicted: number;
  /** Images passed over, and why. */
  readonly failed: readonly Problem[];
  /** False where it was interrupted before the last image. */
  readonly complete: boolean;
}

/** Who hears of it. */
export type PredictIO = Pick<RunIO, 'say' | 'warn' | 'interrupted'> & Pick<CaseWatcher, 'count'>;

/**
 * Predicts images with a fine-tuned network: scores, or masks on the grids of the images' own files. An image
 * that cannot be used is reported and passed over. Memory does not grow with their number.
 *
 * @throws {RunError} `model` is no finished fine-tuning run, or `out` is not empty
 * @throws {DatasetError} an input does not exist, or there is no image
 * @throws {PredictionError} not one of the images could be used
 */
export async function predict(request: PredictRequest, io: PredictIO): Promise<PredictResult> {
  const model = openModel(request.model, request.seed);
  const { settings } = model;
  const { cases, problems, notes } = await openToPredict(request.inputs, useOf(model));
  for (const note of notes) io.say(note);
  const { precision } = settings;
  const device = request.device ?? settings.device;
  const compute = prepareCompute({
    device,
    precision,
    threads: request.threads ?? settings.threads,
  });
  const predictor = openPredictor(model, compute);
  try {
    const folder = new PredictionsFolder(request.out, predictor);
    const failed = [...problems];
    for (const { path, reason } of problems) io.warn(`${path}: ${reason}`);
    const complete = await predictAll({ cases, predictor, folder, failed, settings, request, io });
    folder.close(model, failed, complete);
    if (folder.count === 0 && complete) throw nothingUsable(failed, request.out);
    const passedOver = failed.length > 0 ? `, ${failed.length} passed over` : '';
    io.say(
      `${request.out}: ${folder.count} of ${cases.length + problems.length} predicted${passedOver}`,
    );
    return { predicted: folder.count, failed, complete };
  } finally {
    predictor.dispose();
  }
}

/** What has to be known of the images beside their voxels. */
function useOf({ settings, channelNames }: FinetunedModel) {
  if (settings.task === 'detection') return 'detection';
  return channelNames.length > 0 ? 'prediction' : 'unlabelled';
}

interface Work {
  readonly cases: readonly Case[];
  readonly predictor: Predictor;
  readonly folder: PredictionsFolder;
  /** Gets those that are passed over. */
  readonly failed: Problem[];
  readonly settings: FinetuneSettings;
  readonly request: PredictRequest;
  readonly io: PredictIO;
}

/** @returns false when it was interrupted */
async function predictAll(work: Work): Promise<boolean> {
  const { cases, predictor, folder, request, io } = work;
  const names = outputNames(cases.map(({ image }) => image));
  const nameOf = new Map(cases.map(({ image }, at) => [image, names[at]!]));
  const began = performance.now();
  let done = 0;
  for (const group of groupsOf(cases, predictor.atOnce)) {
    await eventLoopTurn();
    if (io.interrupted()) return false;
    const items = await usable(group, work);
    const answers = items.length > 0 ? predictor.predict(items) : [];
    for (const [at, item] of items.entries()) {
      const { image } = item.item;
      const map = request.maps ? predictor.picture(item, answers[at]!) : undefined;
      await folder.add(image, nameOf.get(image)!, answers[at]!, map);
    }
    done += group.length;
    const perSecond = (1000 * done) / (performance.now() - began);
    const secondsLeft = (cases.length - done) / perSecond;
    io.count({
      name: 'predicting',
      noun: 'images',
      done,
      total: cases.length,
      perSecond,
      secondsLeft,
    });
  }
  return true;
}

/** The images of a group in memory; those that cannot be read are told and noted. */
async function usable(group: readonly Case[], work: Work): Promise<readonly LoadedCase[]> {
  const { predictor, settings, failed, io } = work;
  const read = await Promise.all(
    group.map(async (item) => {
      try {
        await checkDimensions(item.image, settings.dimensions);
        return await predictor.read(item);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        failed.push({ path: item.image, reason: error.reason });
        io.warn(`passed over: ${item.image}: ${error.reason}`);
        return undefined;
      }
    }),
  );
  return read.filter((item) => item !== undefined);
}

async function checkDimensions(image: string, wanted: 2 | 3): Promise<void> {
  const found = await readImageDimensions(image);
  if (found === wanted) return;
  const kind = { 2: 'a picture (2D)', 3: 'a volume (3D)' };
  throw new ImageError(image, `${kind[found]}, and the run learnt from ${wanted}D images`);
}

function nothingUsable(failed: readonly Problem[], out: string): PredictionError {
  return new PredictionError(
    `not one of ${failed.length} images could be predicted`,
    `What is wrong with each is in ${out}/predictions.json.`,
  );
}
