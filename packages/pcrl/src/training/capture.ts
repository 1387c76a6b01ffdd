import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { saveTensors, type Tensor } from '@pcrl/torch';
import type { PretrainSettings } from '../settings/index.js';
import { writeJson } from './run-folder.js';
import type { RecordedStep } from './step-recorder.js';

/** One captured step. */
export interface CapturedStep {
  readonly step: number;
  readonly epoch: number;
  /** What it trained on: index in the run's list of samples, and the image's path. */
  readonly samples: readonly { readonly sample: number; readonly image: string }[];
  /** What came out, by name; in words, for JSON has no NaN. */
  readonly values: Readonly<Record<string, string>>;
}

/** What `capture/capture.json` holds: all it takes to make the same steps again. */
export interface Capture {
  readonly settings: PretrainSettings;
  readonly epochs: number;
  readonly device: string;
  readonly threads: number;
  readonly listing: string;
  /** `state.safetensors` is from before the first of these; the last is the one that failed. */
  readonly steps: readonly (CapturedStep & { readonly learningRate: number })[];
}

/** Names of the files in a capture folder. */
export const CAPTURE_FILES = { description: 'capture.json', state: 'state.safetensors' } as const;

/** Writes a capture in the place of an earlier one. */
export function writeCapture(
  folder: string,
  state: ReadonlyMap<string, Tensor>,
  capture: Capture,
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  saveTensors(join(folder, CAPTURE_FILES.state), state);
  writeJson(join(folder, CAPTURE_FILES.description), capture);
}

/** A recorded step as a capture tells it. */
export function capturedStep(
  { batch, metrics }: RecordedStep,
  imageOfSample: (sample: number) => string,
): Capture['steps'][number] {
  return {
    step: batch.step,
    epoch: batch.epoch,
    samples: batch.samples.map((sample) => ({ sample, image: imageOfSample(sample) })),
    learningRate: metrics.learning_rate,
    values: valuesInWords(metrics),
  };
}

/** Everything in a step's metrics that the numbers of the step decide. */
export function valuesInWords(metrics: RecordedStep['metrics']): Record<string, string> {
  const { loss, losses, gradient_norm, spread } = metrics;
  const values = { loss, ...losses, gradient_norm, spread };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Whether a step may change the weights: its loss and its gradients are finite. */
export function isFiniteStep({ metrics }: RecordedStep): boolean {
  return Number.isFinite(metrics.loss) && Number.isFinite(metrics.gradient_norm);
}
