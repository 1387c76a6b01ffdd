import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { freeBytes } from '../disk-space.js';
import { TrainingError } from '../errors.js';
import type { PretrainSettings } from '../settings/index.js';
import { CollapseAlarm } from './alarms.js';
import { capturedStep, isFiniteStep, writeCapture } from './capture.js';
import type { Checkpoints } from './checkpoint.js';
import { forecast } from './forecast.js';
import type { LoadedBatch, Loader } from './loader.js';
import type { MetricsFile } from './metrics.js';
import { Pace } from './pace.js';
import type { RunFacts, RunFolder } from './run-folder.js';
import type { RunIO } from './run-io.js';
import type { Length } from './run-plan.js';
import { imageOf } from './sample-preparer.js';
import { learningRate, type Position } from './schedule.js';
import { StateSnapshot } from './state-snapshot.js';
import { type RecordedStep, StepRecorder } from './step-recorder.js';
import type { Trainer } from './trainer.js';

/** What the loop works with; whoever made these also closes them. */
export interface LoopParts {
  readonly settings: PretrainSettings;
  readonly io: RunIO;
  readonly folder: RunFolder;
  readonly length: Length;
  readonly trainer: Trainer;
  readonly loader: Loader;
  readonly metrics: MetricsFile;
  readonly checkpoints: Checkpoints;
  readonly facts: RunFacts;
  readonly settingsHash: string;
}

/** The forecast is made from this many readings, the first one left out. */
const READINGS_TO_FORECAST = 3;

/** Steps, one after another, with everything that watches over them. */
export class TrainingLoop {
  readonly #pace = new Pace(() => performance.now() / 1000);
  readonly #recorder = new StepRecorder();
  readonly #collapse = new CollapseAlarm();
  readonly #snapshot = new StateSnapshot();
  readonly #readEvery: number;
  #readings = 0;
  #hasSaidPadded = false;
  #savedAt = performance.now();
  #losses: Readonly<Record<string, number>> = {};

  /** @param step steps done before */
  constructor(
    readonly parts: LoopParts,
    private step: number,
  ) {
    this.#readEvery = parts.trainer.compute.readEvery;
  }

  /** The latest value of the loss and its terms. */
  get losses(): Readonly<Record<string, number>> {
    return this.#losses;
  }

  /**
   * Trains to the end of the run, or to the end of the step in which it is interrupted, and saves.
   *
   * @returns steps done, and whether the run was interrupted before its end
   * @throws {TrainingError} the loss is not finite, the disk is full, no image is usable
   */
  async run(): Promise<{ readonly steps: number; readonly interrupted: boolean }> {
    try {
      this.#remember();
      while (this.step < this.parts.length.steps) {
        await this.#trainOnNext();
        const isStopping = this.parts.io.interrupted();
        if (isStopping || this.#isSaveDue()) this.#save();
        if (isStopping) break;
      }
      return { steps: this.step, interrupted: this.step < this.parts.length.steps };
    } finally {
      this.#recorder.dispose();
      this.#snapshot[Symbol.dispose]();
    }
  }

  async #trainOnNext(): Promise<void> {
    const { trainer, loader, settings } = this.parts;
    const batch = await this.#pace.waitFor(async () => {
      // Messages of loader threads and signals arrive between two turns of the event loop only.
      await eventLoopTurn();
      return loader.next();
    });
    if (!batch) throw new Error(`no batch for step ${this.step}`);
    this.#sayPadded(batch);
    const at = this.#position(batch);
    const rate = learningRate(settings.optimiser, at);
    const values = trainer.gradients(batch.prepared, { seed: settings.seed, ...at });
    this.#recorder.add(batch, rate, values);
    const isReading = this.#recorder.unread >= this.#readEvery;
    if (isReading) this.#read();
    trainer.update(rate);
    if (isReading) this.#remember();
    this.step++;
  }

  /** Where steps are not read one by one, the state before the unread ones is kept for a capture. */
  #remember(): void {
    if (this.#readEvery > 1) this.#snapshot.take(this.parts.trainer.state());
  }

  #sayPadded({ samples, prepared }: LoadedBatch): void {
    const padded = prepared.findIndex(({ plan }) => plan.padded);
    if (this.#hasSaidPadded || padded < 0) return;
    this.#hasSaidPadded = true;
    const image = this.#imageOf(samples[padded]!);
    this.parts.io.say(`${image} is smaller than a crop: padded. (Others will not be named.)`);
  }

  #imageOf(sample: number): string {
    const { list } = this.parts.loader;
    return list.images[imageOf(list, sample)]!;
  }

  #position({ step, epoch }: LoadedBatch): Position {
    const { steps, epochs } = this.parts.length;
    return { step, steps, epoch, epochs };
  }

  /** Reads what the last steps gave, and stops the run if one of them must not have happened. */
  #read(): void {
    const { metrics, io } = this.parts;
    if (this.#recorder.unread === 0) return;
    const steps = this.#recorder.read(this.#pace.stretch(this.#recorder.unread));
    const bad = steps.findIndex((step) => !isFiniteStep(step));
    const good = bad < 0 ? steps : steps.slice(0, bad);
    metrics.append(good.map((step) => step.metrics));
    if (bad >= 0) this.#stop(steps.slice(0, bad + 1));
    for (const { metrics: values } of good) {
      const alarm = this.#collapse.observe(values.step, values.spread);
      if (alarm) io.warn(alarm);
    }
    this.#report(good.at(-1)!);
  }

  #report({ metrics, batch }: RecordedStep): void {
    const { io, length } = this.parts;
    this.#losses = { loss: metrics.loss, ...metrics.losses };
    const stepsLeft = length.steps - metrics.step;
    io.progress({
      name: 'pre-training',
      step: metrics.step,
      steps: length.steps,
      epoch: batch.epoch,
      epochs: length.epochs,
      samplesPerSecond: metrics.samples_per_second,
      secondsLeft: stepsLeft * this.#pace.secondsPerStep,
      losses: this.#losses,
      dataWait: metrics.data_wait,
    });
    // The first reading has the first images' decoding and libtorch's warming up in it.
    if (++this.#readings === 1) this.#pace.forget();
    if (this.#readings === READINGS_TO_FORECAST && stepsLeft > 0) io.say(this.#forecast(stepsLeft));
  }

  #forecast(stepsLeft: number): string {
    const { trainer, settings, folder } = this.parts;
    const elements = [...trainer.state().values()].reduce((sum, { size }) => sum + size, 0);
    return forecast({
      device: trainer.compute.device,
      secondsPerStep: this.#pace.secondsPerStep,
      stepsLeft,
      checkpointBytes: elements * Float32Array.BYTES_PER_ELEMENT,
      keep: settings.checkpoint.keep,
      freeDiskBytes: freeBytes(folder.path),
    });
  }

  #isSaveDue(): boolean {
    const { everySteps, everyMinutes } = this.parts.settings.checkpoint;
    const minutes = (performance.now() - this.#savedAt) / 60_000;
    return (
      this.step === this.parts.length.steps ||
      (everySteps !== null && this.step % everySteps === 0) ||
      (everyMinutes !== null && minutes >= everyMinutes)
    );
  }

  /** Metrics reach the disk before the checkpoint that counts on them. */
  #save(): void {
    const { checkpoints, trainer, metrics, length, settingsHash, facts } = this.parts;
    this.#read();
    this.#remember();
    metrics.sync();
    checkpoints.save(trainer.state(), {
      step: this.step,
      epoch: Math.floor(this.step / length.stepsPerEpoch),
      settings: settingsHash,
      version: facts.version,
    });
    this.#savedAt = performance.now();
  }

  /** Captures the steps since the last state that is known, of which the last one failed. */
  #stop(steps: readonly RecordedStep[]): never {
    const { trainer, folder, settings, length, facts } = this.parts;
    const captured = steps.map((step) => capturedStep(step, (sample) => this.#imageOf(sample)));
    const state = this.#readEvery > 1 ? this.#snapshot.tensors : trainer.state();
    trainer.dropGradients();
    writeCapture(folder.capture, state, {
      settings,
      epochs: length.epochs,
      device: facts.device,
      threads: facts.threads,
      listing: facts.listing,
      steps: captured,
    });
    const last = captured.at(-1)!;
    const values = Object.entries(last.values).map(([name, value]) => `${name} ${value}`);
    const files = [...new Set(last.samples.map(({ image }) => image))];
    throw new TrainingError(
      `step ${last.step + 1} gave a loss or gradients that are not finite: ${values.join(', ')}\n` +
        `  Its images: ${files.slice(0, 8).join(', ')}${files.length > 8 ? `, and ${files.length - 8} more` : ''}`,
      `The step is captured in ${folder.capture}; \`pcrl replay ${folder.capture}\` makes it again. ` +
        'A lower learning rate, optimiser.warmupSteps or optimiser.clipGradientNorm=1 often helps.',
    );
  }
}
