import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import {
  clipGradientNorm,
  keep,
  liveTensors,
  type Optimiser,
  scope,
  type Tensor,
  zeros,
} from '@pcrl/torch';
import type { Case } from '../datasets/index.js';
import { TrainingError } from '../errors.js';
import type { FinetuneSettings } from '../settings/index.js';
import { type Batch, batchesFrom } from '../training/batches.js';
import type { Checkpoints } from '../training/checkpoint.js';
import type { Compute } from '../training/device.js';
import { MetricsFile } from '../training/metrics.js';
import { Pace } from '../training/pace.js';
import type { RunIO } from '../training/run-io.js';
import { VERSION } from '../training/version.js';
import type { CaseStore } from './case-store.js';
import { epochOf, evaluate } from './evaluate.js';
import type { FinetuneLength } from './length.js';
import { finetuneRate, makeOptimiser } from './optimiser.js';
import { appendMetrics, readMetrics, validationsIn } from './seed-metrics.js';
import { partOf, tensorsOf } from './seed-state.js';
import { Selection } from './selection.js';
import type { LoadedCase, Task, TaskNetwork } from './task.js';

/** What a seed is trained with. */
export interface SeedTrainingParts {
  readonly settings: FinetuneSettings;
  readonly task: Task;
  readonly store: CaseStore;
  readonly compute: Compute;
  readonly io: RunIO;
  /** For progress, e.g. `seed 2 of 3`. */
  readonly name: string;
  readonly length: FinetuneLength;
  readonly labelled: readonly Case[];
  readonly validation: readonly Case[];
  readonly network: TaskNetwork;
  /** `metrics.jsonl` of the seed. */
  readonly metrics: string;
  readonly checkpoints: Checkpoints;
}

/** Losses are read every so many steps: on a GPU no other step waits for the host. */
const REPORT_EVERY = 10;
const SAVE_EVERY_SECONDS = 300;

/** Trains one network on labelled cases and keeps the weights that validate best. */
export class SeedTraining implements Disposable {
  readonly selection: Selection;
  readonly #optimiser: Optimiser;
  readonly #pace = new Pace(seconds);
  readonly #lossSum: Tensor;
  #unreported = 0;
  #step = 0;
  #savedAt = seconds();
  #validationSeconds = 0;

  constructor(readonly parts: SeedTrainingParts) {
    const { network, settings, compute } = parts;
    if (settings.frozenEncoder) network.encoder.trainable(false);
    const trained = [...network.namedParameters()].filter(([, tensor]) => tensor.requiresGrad);
    const encoder = new Set(network.encoder.namedParameters().values());
    this.#optimiser = makeOptimiser(settings.optimiser, new Map(trained), encoder);
    this.selection = new Selection(parts.validation.length > 0 ? settings.select : 'last');
    this.#lossSum = keep(zeros([], { device: compute.device }));
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Seconds spent on validation by this process. */
  get validationSeconds(): number {
    return this.#validationSeconds;
  }

  /** Takes up the state of the latest whole checkpoint. @returns whether there is one */
  resume(): boolean {
    const { checkpoints, metrics, network, io } = this.parts;
    const { facts, damaged } = checkpoints.latest();
    for (const { path, reason } of damaged) io.warn(`${path}: ${reason}; not used`);
    const step = facts?.step ?? 0;
    new MetricsFile(metrics).cutAfter(step);
    if (!facts) return false;
    checkpoints.load(facts, (tensors) => {
      network.loadStateDict(partOf(tensors, 'network'));
      this.#optimiser.load(partOf(tensors, 'optimiser'));
      this.selection.restore(validationsIn(readMetrics(metrics)), partOf(tensors, 'kept'));
    });
    this.#step = step;
    return true;
  }

  /**
   * Trains to the end, or to the end of the step in which it is interrupted, and saves.
   *
   * @returns whether training came to its end
   * @throws {TrainingError} the loss is not finite
   */
  async run(): Promise<boolean> {
    const { task, length, labelled, store, io } = this.parts;
    const batches = batchesFrom(length, this.#step, length.steps);
    const ofEpoch = (epoch: number) => epochOf(task, labelled, { seed: length.seed, epoch });
    const groups = store.inGroups(casesOf(batches, ofEpoch));
    while (this.#step < length.steps) {
      const items = await this.#pace.waitFor(async () => {
        // Signals arrive between two turns of the event loop only.
        await eventLoopTurn();
        const { value } = await groups.next();
        return value ?? [];
      });
      this.#trainOn(items);
      if (length.validations.includes(this.#step)) {
        this.#report();
        await this.#validate();
        if (this.#isPatienceOver()) return true;
      } else if (this.#unreported >= REPORT_EVERY) {
        this.#report();
      }
      if (this.#step === length.steps) break;
      const isStopping = io.interrupted();
      if (isStopping || seconds() - this.#savedAt > SAVE_EVERY_SECONDS) this.#save();
      if (isStopping) return false;
    }
    this.#report();
    return true;
  }

  [Symbol.dispose](): void {
    this.#optimiser[Symbol.dispose]();
    this.selection[Symbol.dispose]();
    this.#lossSum.dispose();
  }

  #trainOn(items: readonly LoadedCase[]): void {
    const { task, network, settings, length } = this.parts;
    network.train();
    if (settings.frozenEncoder || settings.encoderStatistics === 'kept') network.encoder.eval();
    const draw = { seed: length.seed, epoch: this.#epoch };
    scope(() => {
      const loss = task.loss(network, items, draw);
      loss.backward();
      const { clipGradientNorm: largest } = settings.optimiser;
      if (largest !== null) clipGradientNorm(network.parameters(), largest);
      this.#lossSum.add_(loss.detach());
    });
    this.#optimiser.step(this.#rate);
    this.#step++;
    this.#unreported++;
  }

  get #epoch(): number {
    return Math.floor(this.#step / this.parts.length.perEpoch);
  }

  get #rate(): number {
    const { settings, length } = this.parts;
    const { steps, epochs } = length;
    const at = { step: this.#step, epoch: this.#epoch, steps, epochs };
    return finetuneRate(settings.optimiser, at);
  }

  /** Reads the loss of the steps since the last report. */
  #report(): void {
    if (this.#unreported === 0) return;
    const { io, name, length, metrics } = this.parts;
    const loss = this.#lossSum.item() / this.#unreported;
    const { seconds: time, waited } = this.#pace.stretch(this.#unreported);
    const samplesPerSecond = Number(((this.#unreported * length.batch) / time).toPrecision(4));
    const dataWait = Number((waited / time).toPrecision(4));
    const epoch = (this.#step - 1) / length.perEpoch;
    const line = {
      step: this.#step,
      epoch: Math.floor(epoch),
      loss,
      learning_rate: this.#rate,
      samples_per_second: samplesPerSecond,
      data_wait: dataWait,
      live_tensors: liveTensors().tensors,
    };
    this.#lossSum.zero_();
    this.#unreported = 0;
    if (!Number.isFinite(loss)) throw notFinite(name, this.#step, loss);
    appendMetrics(metrics, line);
    io.progress({
      name,
      step: this.#step,
      steps: length.steps,
      epoch: Math.floor(epoch),
      epochs: length.epochs,
      samplesPerSecond,
      secondsLeft: (length.steps - this.#step) * this.#pace.secondsPerStep,
      losses: { loss },
      dataWait,
    });
  }

  async #validate(): Promise<void> {
    const { task, network, store, length, settings, validation, metrics } = this.parts;
    const began = seconds();
    const { views } = settings;
    const isRandom = 'validation' in views && views.validation === 'random';
    const draw = isRandom ? { seed: length.seed, epoch: this.#epoch } : null;
    const request = { task, network, store, batch: settings.batch, draw };
    const found = await evaluate(request, validation);
    const epoch = this.#step / length.perEpoch;
    const scored = { ...found, step: this.#step, epoch };
    this.selection.consider(scored, network);
    appendMetrics(metrics, {
      step: this.#step,
      epoch: Math.floor((this.#step - 1) / length.perEpoch),
      validation: scored,
    });
    this.#validationSeconds += seconds() - began;
    // What validation took is no part of the time of a step.
    this.#pace.stretch(1);
    this.#pace.forget();
  }

  #isPatienceOver(): boolean {
    const { patience } = this.parts.settings;
    const { best } = this.selection;
    if (patience === null || !best) return false;
    return this.#step / this.parts.length.perEpoch - best.epoch >= patience;
  }

  #save(): void {
    this.#report();
    const { network, checkpoints } = this.parts;
    const selection = this.selection;
    scope(() => {
      const tensors = tensorsOf({ network, optimiser: this.#optimiser, selection });
      const facts = { step: this.#step, epoch: this.#epoch, settings: '', version: VERSION };
      checkpoints.save(tensors, facts);
    });
    this.#savedAt = seconds();
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

function* casesOf(
  batches: Iterable<Batch>,
  ofEpoch: (epoch: number) => readonly Case[],
): Generator<readonly Case[]> {
  let current: { readonly epoch: number; readonly cases: readonly Case[] } | undefined;
  for (const { epoch, samples } of batches) {
    if (current?.epoch !== epoch) current = { epoch, cases: ofEpoch(epoch) };
    const { cases } = current;
    yield samples.map((sample) => cases[sample]!);
  }
}

function notFinite(name: string, step: number, loss: number): TrainingError {
  return new TrainingError(
    `${name}: the loss is ${loss} within the ${REPORT_EVERY} steps up to step ${step}`,
    'Lower optimiser.learningRate, or set optimiser.warmupSteps or optimiser.clipGradientNorm.',
  );
}
