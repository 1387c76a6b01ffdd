import { totalmem } from 'node:os';
import { LoaderThreads } from './loader-threads.js';
import type { SampleList } from './sample-preparer.js';
import { InThread, type SampleSource } from './sample-source.js';

/** Share of the memory that decoded images may fill. */
const CACHE_SHARE = 0.25;

/**
 * Starts what prepares samples.
 *
 * @param workers loader threads; 0 prepares samples in this thread
 */
export function openSource(list: SampleList, workers: number): SampleSource {
  const cacheBytes = CACHE_SHARE * memoryHere();
  return workers === 0
    ? new InThread(list, cacheBytes)
    : new LoaderThreads(list, Math.min(workers, list.images.length), cacheBytes);
}

/** Bytes that this process may use: a container's limit, or the machine's memory. */
export function memoryHere(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
