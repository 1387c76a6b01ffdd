import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PreparingError } from '../errors.js';
import type { Shard } from './shard.js';

/** Who works on a shard of a cache. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

const FOLDER = 'locks';
/** A holder says that it lives by touching its file. */
const BEAT_MS = 5_000;
/** Another machine's clock and a busy network drive may be late. */
const SILENT_MS = 120_000;

/**
 * Claims a shard of a cache, so that no two processes write the same cases. A lock is stale, and taken over,
 * when its process is gone from this machine, or when another machine's was silent for two minutes.
 *
 * @returns gives the shard up again
 * @throws {PreparingError} another process works on cases of this shard
 */
export function lockShard(cache: string, shard: Shard): () => void {
  const folder = join(cache, FOLDER);
  mkdirSync(folder, { recursive: true });
  const own = nameOf(shard);
  for (const name of readdirSync(folder)) {
    if (overlaps(name, shard)) refuseOrRemove(cache, join(folder, name), name);
  }
  const path = join(folder, own);
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw busy(cache, own, readHolder(path));
  }
  const beat = setInterval(() => touch(path), BEAT_MS);
  beat.unref();
  return () => {
    clearInterval(beat);
    rmSync(path, { force: true });
  };
}

function nameOf({ number, count }: Shard): string {
  return `${number}-of-${count}.json`;
}

/** Shards of one division are disjoint; those of two divisions are not. */
function overlaps(name: string, shard: Shard): boolean {
  const [, , count] = /^(\d+)-of-(\d+)\.json$/.exec(name) ?? [];
  return count !== undefined && (Number(count) !== shard.count || name === nameOf(shard));
}

function refuseOrRemove(cache: string, path: string, name: string): void {
  const holder = readHolder(path);
  if (holder && isAlive(holder, path)) throw busy(cache, name, holder);
  rmSync(path, { force: true });
}

function isAlive({ pid, host }: Holder, path: string): boolean {
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

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Whoever removed the cache's lock removed the cache, and the next write says so.
  }
}

function busy(cache: string, name: string, holder: Holder | undefined): PreparingError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : 'another process';
  const shard = name.replace('.json', '').replace('-of-', '/');
  return new PreparingError(
    `${cache} is being prepared by ${who} (shard ${shard})`,
    'Wait for it, or stop it; the same command then goes on.',
  );
}
