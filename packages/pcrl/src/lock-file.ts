import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { makeOutputFolder } from './output-folder.js';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Processes that it started and that work for it; they may outlive it for a while. */
  readonly helpers?: readonly number[];
}

/** A lock that was taken. */
export interface HeldLock {
  /** Says which processes work for its holder: while one of them lives the lock holds. */
  name(helpers: readonly number[]): void;
  /** Gives it up. */
  release(): void;
}

/** A holder says that it lives by touching its file. */
const BEAT_MS = 5_000;
/** Another machine's clock and a busy network drive may be late. */
const SILENT_MS = 120_000;

/**
 * Takes a lock. A stale one is taken over: its process and those that work for it are gone from this machine,
 * or another machine's was silent for two minutes.
 *
 * @param refusal what is thrown when another process holds it; undefined: it did not say who it is
 */
export function takeLock(
  path: string,
  refusal: (holder: LockHolder | undefined) => Error,
): HeldLock {
  makeOutputFolder(dirname(path));
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
  return {
    name: (helpers) => {
      writeFileSync(`${path}.new`, JSON.stringify({ ...holder, helpers }));
      renameSync(`${path}.new`, path);
    },
    release: () => {
      clearInterval(beat);
      rmSync(path, { force: true });
    },
  };
}

/** Who holds a lock now; a stale one is removed. */
export function holderOf(path: string): LockHolder | undefined {
  const holder = readHolder(path);
  if (holder && isAlive(holder, path)) return holder;
  rmSync(path, { force: true });
  return undefined;
}

/** `process 41 on node7, since ...`; or the processes that it left behind. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'another process';
  const { pid, host, since, helpers = [] } = holder;
  const left = helpers.filter(runs);
  return host === hostname() && !runs(pid) && left.length > 0
    ? `runs of process ${pid}, which is gone: process ${left.join(', ')}; they save and end by themselves`
    : `process ${pid} on ${host}, since ${since}`;
}

function isAlive({ pid, host, helpers = [] }: LockHolder, path: string): boolean {
  if (host !== hostname()) return Date.now() - statSync(path).mtimeMs < SILENT_MS;
  return [pid, ...helpers].some(runs);
}

/** Whether a process of this machine runs, other than this one. */
function runs(pid: number): boolean {
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
