import type { Dataset } from '../datasets/index.js';
import { DatasetError } from '../errors.js';
import type { PretrainSettings } from '../settings/index.js';
import { type BatchPlan, stepsPerEpoch } from './batches.js';
import type { SampleList } from './sample-preparer.js';

/** How far a run goes. */
export interface Length {
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** With a fraction where the run ends within an epoch. */
  readonly epochs: number;
}

/** What a run trains on and for how long, before anything is read. */
export interface RunPlan {
  readonly list: SampleList;
  readonly batches: BatchPlan;
  readonly length: Length;
}

/** @throws {DatasetError} there are too few images for one step */
export function planRun(settings: PretrainSettings, { cases }: Pick<Dataset, 'cases'>): RunPlan {
  const samplesPerImage = settings.dimensions === 3 ? settings.views.cropsPerVolume : 1;
  const { seed, views, batch } = settings;
  const list = { images: cases.map(({ image }) => image), samplesPerImage, views, seed };
  const batches = { seed, samples: list.images.length * samplesPerImage, batch };
  const perEpoch = stepsPerEpoch(batches);
  if (perEpoch === 0) {
    throw new DatasetError(
      `${batches.samples} image to train on`,
      'Pre-training compares images: it needs two or more.',
    );
  }
  const steps = settings.steps ?? settings.epochs * perEpoch;
  return { list, batches, length: { steps, stepsPerEpoch: perEpoch, epochs: steps / perEpoch } };
}

/** What is about to happen, in one line. */
export function describePlan({ list, length }: RunPlan, device: string, first: number): string {
  const count = (value: number) => value.toLocaleString('en');
  const images = `${count(list.images.length)} images`;
  const epochs = Number(length.epochs.toPrecision(4));
  const from = first > 0 ? `, going on after step ${count(first)}` : '';
  return `${images}, ${count(length.steps)} steps in ${epochs} epochs on ${device}${from}`;
}
