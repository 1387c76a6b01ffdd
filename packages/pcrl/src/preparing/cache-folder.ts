import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type CacheDescription,
  checkVersion,
  DESCRIPTION,
  readDescription,
  renewal,
} from '../datasets/cache/description.js';
import { DatasetError } from '../errors.js';
import { makeOutputFolder } from '../output-folder.js';
import { writeDurably } from './write-durably.js';

/**
 * Makes the folder of a cache, or takes the one that is there if it was made of the same sources in the same
 * way.
 *
 * @throws {DatasetError} the folder holds something else, another version or another request's cache
 */
export async function claimCache(folder: string, wanted: CacheDescription): Promise<void> {
  const before = await readDescription(folder);
  if (before) checkSame(folder, before, wanted);
  makeOutputFolder(folder);
  const names = before ? [] : await readdir(folder);
  if (names.some((name) => !name.startsWith('.') && !name.startsWith(DESCRIPTION))) {
    throw new DatasetError(
      `${folder} is there and is no cache`,
      'Choose another folder with --out.',
    );
  }
  if (isDeepStrictEqual(before, wanted)) return;
  writeDurably(join(folder, DESCRIPTION), `${JSON.stringify(wanted, null, 2)}\n`);
}

function checkSame(folder: string, before: CacheDescription, wanted: CacheDescription): void {
  checkVersion(folder, before);
  const same =
    isDeepStrictEqual(before.preparing, wanted.preparing) &&
    isDeepStrictEqual(before.sources, wanted.sources);
  if (same) return;
  throw new DatasetError(
    `${folder} holds a cache that was made otherwise: ${renewal(folder, before)}`,
    'Repeat that command to renew it, remove the folder, or choose another with --out.',
  );
}
