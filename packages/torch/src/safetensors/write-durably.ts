import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** Writes at most this much in one system call, which takes no more than 2^31 - 1. */
const WRITE_BYTES = 1 << 30;

/**
 * Writes a file that is there either whole or not at all, even if the machine loses its power: the
 * bytes go to a file beside it, are synced to the disk, and take the name in one step. A file that had
 * the name before stays until then. When the system refuses (no space left, say), the file beside is
 * removed.
 *
 * @param chunks the file's bytes, piece by piece
 * @throws the system's error, with its `code` (ENOSPC, EACCES, ...)
 */
export function writeFileDurably(path: string, chunks: Iterable<Uint8Array>): void {
  const folder = dirname(path);
  const beside = join(folder, `.${basename(path)}.${process.pid}-${threadId}.partial`);
  try {
    writeAndSync(beside, chunks);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(folder);
}

function writeAndSync(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) writeAll(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) {
    done += writeSync(file, chunk, done, Math.min(WRITE_BYTES, chunk.length - done));
  }
}

/** The new name is an entry of the folder, which has to reach the disk as well. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
