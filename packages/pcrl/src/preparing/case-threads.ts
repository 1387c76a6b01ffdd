import { Worker } from 'node:worker_threads';
import type { CacheEntry } from '../datasets/cache/entries.js';
import type { Problem } from '../datasets/index.js';
import type { CaseJob } from './prepare-case.js';

/** What a thread is asked for. */
export interface CaseRequest {
  readonly cache: string;
  readonly job: CaseJob;
}

/** How a case went: it is in the cache, it cannot be used, or the cache cannot be written to. */
export type CaseOutcome =
  | { readonly entry: CacheEntry }
  | { readonly problem: Problem }
  | { readonly unwritten: { readonly message: string; readonly code: string } };

/**
 * Prepares cases in worker threads, one case a thread at a time. A thread that dies takes its case with it
 * and no other: the case becomes a problem, and another thread takes its place.
 *
 * @param next gives the next case; undefined when there is none, or no more are wanted
 * @param done hears of every case
 */
export async function prepareInThreads(
  threads: number,
  cache: string,
  next: () => CaseJob | undefined,
  done: (job: CaseJob, outcome: CaseOutcome) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: threads }, () => oneThread(cache, next, done)));
}

async function oneThread(
  cache: string,
  next: () => CaseJob | undefined,
  done: (job: CaseJob, outcome: CaseOutcome) => void,
): Promise<void> {
  let worker: Worker | undefined;
  try {
    for (let job = next(); job; job = next()) {
      worker ??= startWorker();
      const outcome = await outcomeFrom(worker, { cache, job });
      if ('died' in outcome) worker = undefined;
      done(job, 'died' in outcome ? { problem: outcome.died } : outcome);
    }
  } finally {
    await worker?.terminate();
  }
}

function startWorker(): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./case-worker.${extension}`, import.meta.url));
}

function outcomeFrom(
  worker: Worker,
  request: CaseRequest,
): Promise<CaseOutcome | { readonly died: Problem }> {
  return new Promise((resolve) => {
    const died = (why: string) => {
      const reason = `the thread that prepared it died: ${why}`;
      resolve({ died: { path: request.job.item.image, reason } });
    };
    worker.removeAllListeners();
    worker.once('message', (outcome: CaseOutcome) => resolve(outcome));
    worker.once('error', (error) => died(error.message));
    worker.once('exit', (code) => died(`it ended with code ${code}`));
    worker.postMessage(request);
  });
}
