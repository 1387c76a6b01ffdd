import { parentPort } from 'node:worker_threads';
import { ImageError } from '../errors.js';
import { writeCase } from './case-files.js';
import type { CaseOutcome, CaseRequest } from './case-threads.js';
import { type PreparedCase, prepareCase } from './prepare-case.js';

// The entry of a thread that prepares cases. It must not load libtorch: it would cost every thread a second.

const port = parentPort;
if (!port) throw new Error('case-worker is the entry of a worker thread');

port.on('message', async ({ cache, job }: CaseRequest) => {
  port.postMessage(await outcomeOf(cache, job));
});

async function outcomeOf(cache: string, job: CaseRequest['job']): Promise<CaseOutcome> {
  let prepared: PreparedCase;
  try {
    prepared = await prepareCase(job);
  } catch (error) {
    if (error instanceof ImageError) return { problem: { path: error.path, reason: error.reason } };
    const reason = `it could not be prepared: ${(error as Error).message}`;
    return { problem: { path: job.item.image, reason } };
  }
  try {
    writeCase(cache, prepared.entry, prepared.images);
    return { entry: prepared.entry };
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    return { unwritten: { message, code } };
  }
}
