import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';

/** Files looked at in the same moment. */
const AT_ONCE = 64;

/**
 * A hash of which images there are, in their order: paths below the folder that holds them all, and
 * sizes in bytes. It stays the same when that folder is moved.
 */
export async function listingDigest(images: readonly string[]): Promise<string> {
  const folder = commonFolder(images);
  const hash = createHash('sha256');
  for (let start = 0; start < images.length; start += AT_ONCE) {
    const some = images.slice(start, start + AT_ONCE);
    const sizes = await Promise.all(some.map(sizeOf));
    some.forEach((path, i) => {
      hash.update(`${relative(folder, path)}\0${sizes[i]}\n`);
    });
  }
  return hash.digest('hex');
}

/** The deepest folder that all files lie in. */
export function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '/');
  while (folder !== dirname(folder) && !paths.every((path) => path.startsWith(`${folder}/`))) {
    folder = dirname(folder);
  }
  return folder;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? -1;
}
