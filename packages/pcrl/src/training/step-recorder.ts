import { liveTensors } from '@pcrl/torch';
import type { Batch } from './batches.js';
import type { StepMetrics } from './metrics.js';
import type { StepValues } from './trainer.js';

/** A step whose values have been read. */
export interface RecordedStep {
  readonly batch: Batch;
  readonly metrics: StepMetrics;
}

interface UnreadStep extends StepValues {
  readonly batch: Batch;
  readonly learningRate: number;
}

/** Time spent since the last reading. */
export interface Stretch {
  readonly seconds: number;
  /** Of these, seconds that training waited for data. */
  readonly waited: number;
}

/**
 * Collects what steps gave and reads it from the device all at once: on a GPU, each reading makes the
 * host wait for all work under way.
 */
export class StepRecorder {
  #unread: UnreadStep[] = [];

  add(batch: Batch, learningRate: number, values: StepValues): void {
    const { step, epoch, samples } = batch;
    this.#unread.push({ ...values, batch: { step, epoch, samples }, learningRate });
  }

  /** Steps that are waiting to be read. */
  get unread(): number {
    return this.#unread.length;
  }

  /** Reads and frees everything collected. */
  read({ seconds, waited }: Stretch): readonly RecordedStep[] {
    const steps = this.#unread;
    this.#unread = [];
    const samples = steps.reduce((sum, { batch }) => sum + batch.samples.length, 0);
    const rows = steps.map(({ values }) => {
      const row = values.toArray();
      values.dispose();
      return row;
    });
    const timing = {
      samples_per_second: rounded(samples / seconds),
      data_wait: rounded(waited / seconds),
      live_tensors: liveTensors().tensors,
    };
    return steps.map(({ batch, learningRate, parts }, i) => ({
      batch,
      metrics: { ...metricsOf(batch, learningRate, parts, rows[i]!), ...timing },
    }));
  }

  /** Frees what was not read. */
  dispose(): void {
    for (const { values } of this.#unread.splice(0)) values.dispose();
  }
}

function metricsOf(
  batch: Batch,
  learningRate: number,
  parts: readonly string[],
  [loss, norm, spread, ...values]: readonly number[],
) {
  return {
    step: batch.step + 1,
    epoch: batch.epoch,
    loss: loss!,
    losses: Object.fromEntries(parts.map((name, i) => [name, values[i]!])),
    gradient_norm: norm!,
    learning_rate: learningRate,
    spread: spread!,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
