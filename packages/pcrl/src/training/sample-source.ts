import {
  type SampleList,
  type SampleOutcome,
  SamplePreparer,
  type SampleRequest,
} from './sample-preparer.js';

/** Prepares samples somewhere: here, or in other threads. */
export interface SampleSource {
  /** How many batches may be asked for before they are needed. */
  readonly batchesAhead: number;
  /** @throws {TrainingError} the thread that was to do it died; the message names the file */
  prepare(request: SampleRequest): Promise<SampleOutcome>;
  close(): Promise<void>;
}

/** Prepares samples in the calling thread, one after another. */
export class InThread implements SampleSource {
  readonly batchesAhead = 0;
  readonly #preparer: SamplePreparer;
  #last: Promise<unknown> = Promise.resolve();

  constructor(list: SampleList, cacheBytes: number) {
    this.#preparer = new SamplePreparer(list, cacheBytes);
  }

  prepare(request: SampleRequest): Promise<SampleOutcome> {
    const outcome = this.#last.then(() => this.#preparer.prepare(request));
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
