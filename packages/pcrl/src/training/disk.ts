import { statfsSync } from 'node:fs';
import { TrainingError } from '../errors.js';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether the system refused to write for want of space (or of a quota, or a limit on file sizes). */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && FULL.has(String((error as NodeJS.ErrnoException).code));
}

/** No space left, with what can be relied on. */
export function diskFull(run: string, saved: number | undefined, cause: unknown): TrainingError {
  const last =
    saved === undefined ? 'there is no checkpoint yet' : `the checkpoint of step ${saved} is whole`;
  return new TrainingError(
    `no space left for ${run}; ${last}`,
    'Make room, then go on with --resume.',
    { cause },
  );
}

/** Free bytes on the disk of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
