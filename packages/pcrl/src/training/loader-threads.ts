import { Worker } from 'node:worker_threads';
import { TrainingError } from '../errors.js';
import {
  imageOf,
  type SampleList,
  type SampleOutcome,
  type SampleRequest,
} from './sample-preparer.js';
import type { SampleSource } from './sample-source.js';

/** What a loader thread is started with. */
export interface LoaderStart {
  readonly list: SampleList;
  readonly cacheBytes: number;
}

/**
 * Prepares samples in worker threads over shared memory. Every image belongs to one thread, so it is
 * read and kept once; which thread that is changes nothing in the samples.
 */
export class LoaderThreads implements SampleSource {
  readonly batchesAhead = 2;
  readonly #threads: readonly LoaderThread[];

  constructor(
    readonly list: SampleList,
    threads: number,
    cacheBytes: number,
  ) {
    const start = { list, cacheBytes: Math.floor(cacheBytes / threads) };
    this.#threads = Array.from({ length: threads }, () => new LoaderThread(start));
  }

  prepare(request: SampleRequest): Promise<SampleOutcome> {
    const owner = imageOf(this.list, request.sample) % this.#threads.length;
    return this.#threads[owner]!.prepare(request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Pending {
  readonly path: string;
  readonly resolve: (outcome: SampleOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** One worker. It answers in the order of the requests. */
class LoaderThread {
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  #failure: Error | undefined;

  constructor(readonly start: LoaderStart) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./loader-worker.${extension}`, import.meta.url), {
      workerData: start,
    });
    this.#worker.on('message', (outcome: SampleOutcome) => this.#pending.shift()?.resolve(outcome));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`it ended with code ${code}`)));
  }

  prepare(request: SampleRequest): Promise<SampleOutcome> {
    if (this.#failure) return Promise.reject(this.#failure);
    const path = this.start.list.images[imageOf(this.start.list, request.sample)]!;
    return new Promise((resolve, reject) => {
      this.#pending.push({ path, resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #fail(cause: Error): void {
    const path = this.#pending[0]?.path ?? 'no file';
    this.#failure ??= new TrainingError(
      `a loader thread died while it read ${path}: ${cause.message}`,
      'Take that file out of the data and go on with --resume.',
      { cause },
    );
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#worker.terminate();
  }
}
