import { RandomStream } from '@pcrl/torch/random';
import type { Problem } from '../datasets/dataset.js';
import { TrainingError } from '../errors.js';
import type { PreparedSample } from '../views/prepare.js';
import type { Batch } from './batches.js';
import { imageOf, type SampleList } from './sample-preparer.js';
import type { SampleSource } from './sample-source.js';

/** A batch whose samples are ready to be rendered. */
export interface LoadedBatch extends Batch {
  /** One for each of `samples`, which names the replacements where images could not be used. */
  readonly prepared: readonly PreparedSample[];
}

interface LoadedSample {
  readonly sample: number;
  readonly prepared: PreparedSample;
}

/**
 * Delivers batches in their order, prepared ahead.
 *
 * A sample whose image cannot be used is replaced by one that is drawn at an address of its own (seed,
 * epoch, sample), so that batches stay whole, and neither threads nor a resume change what is trained on.
 */
export class Loader {
  readonly #queue: { readonly batch: Batch; readonly samples: Promise<LoadedSample>[] }[] = [];
  readonly #unusable = new Map<number, Problem>();

  /** @param onUnusable hears of every image that cannot be used, once */
  constructor(
    readonly list: SampleList,
    readonly source: SampleSource,
    readonly batches: Iterator<Batch>,
    readonly onUnusable: (problem: Problem) => void,
  ) {}

  /** The images that turned out not to be usable so far. */
  get unusable(): readonly Problem[] {
    return [...this.#unusable.values()];
  }

  /**
   * The next batch; undefined after the last.
   *
   * @throws {TrainingError} no image is usable, or a loader thread died
   */
  async next(): Promise<LoadedBatch | undefined> {
    while (this.#queue.length <= this.source.batchesAhead && this.#request());
    const first = this.#queue.shift();
    if (!first) return undefined;
    const loaded = await Promise.all(first.samples);
    return {
      ...first.batch,
      samples: loaded.map(({ sample }) => sample),
      prepared: loaded.map(({ prepared }) => prepared),
    };
  }

  #request(): boolean {
    const next = this.batches.next();
    if (next.done) return false;
    const batch = next.value;
    const samples = batch.samples.map((sample) => this.#load(sample, batch.epoch));
    // A failure far ahead is raised when its batch is asked for, not before.
    for (const sample of samples) sample.catch(() => undefined);
    this.#queue.push({ batch, samples });
    return true;
  }

  async #load(wanted: number, epoch: number): Promise<LoadedSample> {
    for (const sample of this.#candidates(wanted, epoch)) {
      const image = imageOf(this.list, sample);
      if (this.#unusable.has(image)) continue;
      const outcome = await this.source.prepare({ sample, epoch });
      if ('prepared' in outcome) return { sample, prepared: outcome.prepared };
      this.#note(image, outcome.problem);
    }
    throw this.#nothingUsable();
  }

  /** The sample itself, then others at random, as long as there may be a usable one. */
  *#candidates(wanted: number, epoch: number): Generator<number> {
    yield wanted;
    const { images, samplesPerImage, seed } = this.list;
    const random = new RandomStream(seed, 'replacement', epoch, wanted);
    while (this.#unusable.size < images.length) {
      yield random.integer(images.length * samplesPerImage);
    }
  }

  #note(image: number, problem: Problem): void {
    if (this.#unusable.has(image)) return;
    this.#unusable.set(image, problem);
    this.onUnusable(problem);
  }

  #nothingUsable(): TrainingError {
    const some = this.unusable.slice(0, 3).map(({ path, reason }) => `${path}: ${reason}`);
    return new TrainingError(
      `none of the ${this.list.images.length} images can be used, e.g.\n    ${some.join('\n    ')}`,
      'Check the data; `pcrl info FILE` shows what is read from one file.',
    );
  }
}
