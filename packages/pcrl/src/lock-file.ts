import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** A holder says that it lives by touching its file. */
const BEAT_MS = 5_000;
/** Another machine's clock and a busy network drive may be late. */
const SILENT_MS = 120_000;

/**
 * Takes a lock. A stale one is taken over: its process is gone from this machine, or another machine's was
 * silent for two minutes.
 *
 * @param refusal what is thrown when another process holds it; undefined: it did not say who it is
 * @returns gives the lock up again
 */
export function takeLock(
  path: string,
  refusal: (holder: LockHolder | undefined) => Error,
): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const other = holderOf(path);
  if (other) throw refusal(other);
  const since = new Date().toISOString();
  const holder: LockHolder = { pid: process.pid, host: hostname(), since };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw refusal(readHolder(path));
  }
  const beat = setInterval(() => touch(path), BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    rmSync(path, { force: true });
  };
}

/** Who holds a lock now; a stale one is removed. */
export function holderOf(path: string): LockHolder | undefined {
  const holder = readHolder(path);
  if (holder && isAlive(holder, path)) return holder;
  rmSync(path, { force: true });
  return undefined;
}

/** `process 41 on node7, since ...`. */
export function describeHolder(holder: LockHolder | undefined): string {
  return holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : 'another process';
}

function isAlive({ pid, host }: LockHolder, path: string): boolean {
  if (host !== hostname()) return Date.now() - statSync(path).mtimeMs < SILENT_MS;
  // A process that asks cannot hold the lock: its number was another's before.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Whoever removed the lock removed the folder, and the next write says so.
  }
}
