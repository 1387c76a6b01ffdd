import type { CacheEntry } from './entries.js';
import { sameTraces, tracesOf } from './fingerprint.js';

const AT_ONCE = 64;

/**
 * The sources of cases that are there and are not what they were, as far as size and time tell. Sources
 * that are gone do not matter: a cache may travel without them.
 *
 * @param atMost cases to look at, at even distances
 */
export async function changedSources(
  entries: readonly CacheEntry[],
  atMost = entries.length,
): Promise<string[]> {
  const stride = Math.max(1, Math.ceil(entries.length / atMost));
  const sources = entries.flatMap((entry, at) => (at % stride === 0 ? entry.sources : []));
  const changed: string[] = [];
  for (let start = 0; start < sources.length; start += AT_ONCE) {
    await Promise.all(
      sources.slice(start, start + AT_ONCE).map(async (before) => {
        const now = await tracesOf(before.path).catch(() => undefined);
        if (now && !sameTraces(before, now)) changed.push(before.path);
      }),
    );
  }
  return changed.sort();
}
