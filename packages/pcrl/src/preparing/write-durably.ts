import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Not every system takes 2 GiB in one call. */
const WRITE_BYTES = 1 << 30;

/**
 * Writes a file that is there whole or not at all, even if the machine loses its power. When the system
 * refuses, what was written is removed.
 *
 * @throws the system's error, with its `code` (ENOSPC, EACCES, ...)
 */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const beside = `${path}.${process.pid}.partial`;
  try {
    const file = openSync(beside, 'w');
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, Math.min(WRITE_BYTES, bytes.length - done));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
