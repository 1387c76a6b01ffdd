import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PreparingError } from '../errors.js';
import { describeHolder, holderOf, type LockHolder, takeLock } from '../lock-file.js';
import type { Shard } from './shard.js';

const FOLDER = 'locks';

/**
 * Claims a shard of a cache, so that no two processes write the same cases.
 *
 * @returns gives the shard up again
 * @throws {PreparingError} another process works on cases of this shard
 */
export function lockShard(cache: string, shard: Shard): () => void {
  const folder = join(cache, FOLDER);
  mkdirSync(folder, { recursive: true });
  const own = nameOf(shard);
  for (const name of readdirSync(folder)) {
    if (!overlaps(name, shard)) continue;
    const holder = holderOf(join(folder, name));
    if (holder) throw busy(cache, name, holder);
  }
  return takeLock(join(folder, own), (holder) => busy(cache, own, holder)).release;
}

function nameOf({ number, count }: Shard): string {
  return `${number}-of-${count}.json`;
}

/** Shards of one division are disjoint; those of two divisions are not. */
function overlaps(name: string, shard: Shard): boolean {
  const [, , count] = /^(\d+)-of-(\d+)\.json$/.exec(name) ?? [];
  return count !== undefined && (Number(count) !== shard.count || name === nameOf(shard));
}

function busy(cache: string, name: string, holder: LockHolder | undefined): PreparingError {
  const shard = name.replace('.json', '').replace('-of-', '/');
  return new PreparingError(
    `${cache} is being prepared by ${describeHolder(holder)} (shard ${shard})`,
    'Wait for it, or stop it; the same command then goes on.',
  );
}
