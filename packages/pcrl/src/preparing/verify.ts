import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { changedSources } from '../datasets/cache/changes.js';
import { checkVersion, readDescription, renewal } from '../datasets/cache/description.js';
import { entriesIn, folderOf, recordPath } from '../datasets/cache/entries.js';
import type { Problem } from '../datasets/index.js';
import { DatasetError } from '../errors.js';
import { readRecord, voxelPath } from '../images/index.js';
import type { CaseWatcher } from '../progress.js';

/** What is wrong with a cache. */
export interface Verification {
  readonly cases: number;
  /** Files that do not hold what their record says. */
  readonly damaged: readonly Problem[];
  /** Sources that are no longer what was prepared. */
  readonly changed: readonly string[];
  /** Cases that are neither in the cache nor looked at, set-aside ones counted in. */
  readonly lacking: number;
  /** The command that renews the cache. */
  readonly renewal: string;
  readonly interrupted: boolean;
}

/**
 * Reads a whole cache and compares it with its hashes, and its sources with what they were.
 *
 * @throws {DatasetError} the folder is no cache, or one of another version
 */
export async function verify(folder: string, watcher: CaseWatcher): Promise<Verification> {
  const cache = await readDescription(folder);
  if (!cache) throw new DatasetError(`${folder} is no cache`, 'Make one with `pcrl data prepare`.');
  checkVersion(folder, cache);
  const entries = await entriesIn(folder, new Map());
  const damaged: Problem[] = [];
  const began = performance.now();
  let done = 0;
  for (const { id, channels = [], mask, lungMask } of entries) {
    const masks = [mask, lungMask].filter((name) => name !== undefined);
    const others = [...channels, ...masks];
    const records = [
      recordPath(folder, id),
      ...others.map((name) => join(folderOf(folder, id), name)),
    ];
    for (const path of records) {
      const reason = await damageOf(path);
      if (reason !== undefined) damaged.push({ path, reason });
    }
    done++;
    const perSecond = done / Math.max(1e-3, (performance.now() - began) / 1000);
    const secondsLeft = (entries.length - done) / perSecond;
    const state = { name: 'verifying', noun: 'cases', done, total: entries.length };
    watcher.count({ ...state, perSecond, secondsLeft });
    if (watcher.interrupted()) break;
  }
  return {
    cases: entries.length,
    damaged,
    changed: await changedSources(entries),
    lacking: Math.max(0, cache.cases - entries.length),
    renewal: renewal(folder, cache),
    interrupted: done < entries.length,
  };
}

async function damageOf(path: string): Promise<string | undefined> {
  try {
    const record = readRecord(path);
    const hash = createHash('sha256');
    const voxels = createReadStream(voxelPath(path, record), { highWaterMark: 1 << 20 });
    for await (const chunk of voxels) hash.update(chunk as Buffer);
    return hash.digest('hex') === record.voxels.sha256
      ? undefined
      : `its voxels ${record.voxels.file} are damaged`;
  } catch (error) {
    return (error as Error).message;
  }
}
