import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Preparing } from '../datasets/cache/description.js';
import {
  type CacheEntry,
  type CaseRecord,
  entryOf,
  recordPath,
} from '../datasets/cache/entries.js';
import { sameTraces, type Traces, tracesOf } from '../datasets/cache/fingerprint.js';
import { readRecord, voxelPath } from '../images/index.js';
import type { PlannedCase } from './plan.js';
import { factsOf, filesOf } from './prepare-case.js';
import type { QuarantinedCase } from './problems.js';

/** What a cache holds already of the cases that it should hold. */
export interface WorkLeft {
  /** Cases that are in the cache as their sources are now. */
  readonly unchanged: readonly CacheEntry[];
  /** Cases that were set aside and whose files are as they were then. */
  readonly aside: readonly QuarantinedCase[];
  readonly todo: readonly PlannedCase[];
}

/** What earlier runs left. */
export interface Before {
  readonly present: ReadonlySet<string>;
  readonly index: ReadonlyMap<string, CacheEntry>;
  readonly quarantine: ReadonlyMap<string, QuarantinedCase>;
}

const AT_ONCE = 64;

/** Compares cases with what is in the cache, by size and time of their files. Nothing is read whole. */
export async function whatIsLeft(
  cache: string,
  cases: readonly PlannedCase[],
  preparing: Preparing,
  before: Before,
): Promise<WorkLeft> {
  const unchanged: CacheEntry[] = [];
  const aside: QuarantinedCase[] = [];
  const todo: PlannedCase[] = [];
  for (let start = 0; start < cases.length; start += AT_ONCE) {
    const some = cases.slice(start, start + AT_ONCE);
    const states = await Promise.all(
      some.map((planned) => stateOf(cache, planned, preparing, before)),
    );
    states.forEach((state, at) => {
      if (state === undefined) todo.push(some[at]!);
      else if ('reason' in state) aside.push(state);
      else unchanged.push(state);
    });
  }
  return { unchanged, aside, todo };
}

/** The case as it is in the cache or in quarantine; undefined where it has to be prepared. */
async function stateOf(
  cache: string,
  { id, item }: PlannedCase,
  preparing: Preparing,
  { present, index, quarantine }: Before,
): Promise<CacheEntry | QuarantinedCase | undefined> {
  const files = filesOf(item, preparing);
  const traces = await Promise.all(files.map((path) => tracesOf(path).catch(() => undefined)));
  const found = traces.filter((one) => one !== undefined);
  const set = quarantine.get(id);
  if (set) return isSame(set.sources, found) ? set : undefined;
  if (!present.has(id)) return undefined;
  const entry = index.get(id) ?? entryOf(cache, id);
  if (!entry || !isSame(entry.sources, found)) return undefined;
  return (await hasVoxels(cache, id)) ? entry : undefined;
}

function isSame(before: readonly Traces[], now: readonly Traces[]): boolean {
  return before.length === now.length && before.every((traces, at) => sameTraces(traces, now[at]!));
}

async function hasVoxels(cache: string, id: string): Promise<boolean> {
  try {
    const path = recordPath(cache, id);
    const record = readRecord(path);
    return (await stat(voxelPath(path, record))).size === record.voxels.bytes;
  } catch {
    return false;
  }
}

/** The record of a case whose labels or split changed while its images did not; undefined where nothing did. */
export function withNewFacts(
  cache: string,
  entry: CacheEntry,
  { item }: PlannedCase,
): CaseRecord | undefined {
  const { id, channels, mask, lungMask, sources } = entry;
  const kept = {
    ...(channels ? { channels } : {}),
    ...(mask === undefined ? {} : { mask }),
    ...(lungMask === undefined ? {} : { lungMask }),
    sources,
  };
  const now: CacheEntry = { id, ...factsOf(item), ...kept };
  // Through JSON, as the entry came: what is undefined is not there.
  const plain = JSON.parse(JSON.stringify(now)) as CacheEntry;
  if (isDeepStrictEqual(plain, entry)) return undefined;
  return { ...readRecord(recordPath(cache, id)), case: plain };
}
