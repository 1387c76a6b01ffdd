import { availableParallelism, freemem } from 'node:os';

/** What one thread may hold at a time: a large CT in several copies, or a picture. */
const BYTES = { 2: 2e8, 3: 2.5e9 } as const;

/** One thread a core, as long as each finds memory for a case. */
export function usableThreads(dimensions: 2 | 3): number {
  const fitting = Math.floor(freemem() / BYTES[dimensions]);
  return Math.max(1, Math.min(availableParallelism(), fitting));
}
