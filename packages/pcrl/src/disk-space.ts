import { statfsSync } from 'node:fs';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether the system refused to write for want of space (or of a quota, or a limit on file sizes). */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && FULL.has(String((error as NodeJS.ErrnoException).code));
}

/** Free bytes on the disk of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
