import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeFileDurably } from '@pcrl/torch';

/** One line of `metrics.jsonl`: one step. */
export interface StepMetrics {
  /** The step, counted from 1: so many steps are done after it. */
  readonly step: number;
  /** Counted from 0. */
  readonly epoch: number;
  readonly loss: number;
  /** The terms of the loss by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Joint L2 norm of all gradients, before any clipping. */
  readonly gradient_norm: number;
  readonly learning_rate: number;
  /** Standard deviation of the normalised projections over its healthy value. */
  readonly spread: number;
  readonly samples_per_second: number;
  /** Share of the time that training waited for data. */
  readonly data_wait: number;
  /** Tensors alive after the step. */
  readonly live_tensors: number;
}

/** `metrics.jsonl` of a run: one JSON object a line, one line a step. */
export class MetricsFile {
  #file: number | undefined;

  constructor(readonly path: string) {}

  append(lines: readonly StepMetrics[]): void {
    if (lines.length === 0) return;
    this.#file ??= openSync(this.path, 'a');
    writeSync(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Sees to it that what was appended is on the disk. */
  sync(): void {
    if (this.#file !== undefined) fsyncSync(this.#file);
  }

  /** Takes out the lines after a step, and a last line that was cut short. */
  cutAfter(step: number): void {
    this.close();
    if (!existsSync(this.path)) return;
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
    const kept = lines.filter((line) => stepOf(line) <= step);
    writeFileDurably(this.path, [Buffer.from(kept.map((line) => `${line}\n`).join(''))]);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as Partial<StepMetrics> | null)?.step);
  } catch {
    return Number.NaN;
  }
}
