import { join, resolve } from 'node:path';
import type { CacheDescription, Preparing } from '../datasets/cache/description.js';
import {
  type CacheEntry,
  entriesIn,
  INDEX,
  idsIn,
  readIndex,
  recordPath,
} from '../datasets/cache/entries.js';
import type { Problem } from '../datasets/index.js';
import { type Survey, surveyDataset } from '../datasets/survey.js';
import { isDiskFull } from '../disk-space.js';
import { PreparingError } from '../errors.js';
import { PREPARED_VERSION } from '../images/index.js';
import type { CaseWatcher } from '../progress.js';
import { claimCache } from './cache-folder.js';
import { removeCase } from './case-files.js';
import { type CaseOutcome, prepareInThreads } from './case-threads.js';
import { checkRoom, forecastBytes, gigabytes } from './forecast.js';
import { lockShard } from './lock.js';
import { type PlannedCase, planCases } from './plan.js';
import { type CaseJob, filesOf } from './prepare-case.js';
import { quarantine, readQuarantine, release, writeProblems } from './problems.js';
import { type Shard, shardOf } from './shard.js';
import { type WorkLeft, whatIsLeft, withNewFacts } from './what-is-left.js';
import { writeDurably } from './write-durably.js';

/** What to prepare, how, and where to. */
export interface PreparingRequest {
  /** Folders, archives, CSVs, lists or images. */
  readonly paths: readonly string[];
  readonly out: string;
  readonly preparing: Preparing;
  readonly workers: number;
  readonly shard: Shard;
}

/** Who watches. */
export interface PreparingIO extends CaseWatcher {
  /** One line worth reading. */
  say(line: string): void;
  /** One line worth acting on. */
  warn(line: string): void;
}

/** How a run ended. */
export interface PreparingResult {
  /** Cases that this run prepared. */
  readonly prepared: number;
  /** Cases of the shard that were in the cache as their sources are. */
  readonly unchanged: number;
  /** Cases of all shards that cannot be used, and why; `problems.csv` also has what the sources lack. */
  readonly aside: readonly Problem[];
  /** Cases of other shards, or of an interrupted one, that are still to be prepared. */
  readonly missing: number;
  readonly interrupted: boolean;
}

/** A run whose shard is claimed. */
interface OpenCache {
  readonly request: PreparingRequest;
  readonly io: PreparingIO;
  readonly survey: Survey;
  /** Of all shards. */
  readonly cases: readonly PlannedCase[];
}

/**
 * Prepares cases into a cache that training reads boxes from. What is in the cache and whose files did not
 * change stays; a run that was stopped at any point goes on with the same request.
 *
 * @throws {DatasetError} there is nothing to prepare, or `out` holds something else
 * @throws {PreparingError} another process prepares the same shard, or there is no room
 */
export async function prepare(
  request: PreparingRequest,
  survey: Survey,
  io: PreparingIO,
): Promise<PreparingResult> {
  const { out, shard } = request;
  const cases = planCases(survey);
  await claimCache(out, describe(request, survey, cases.length));
  const unlock = lockShard(out, shard);
  try {
    return await work({ request, io, survey, cases });
  } catch (error) {
    if (isDiskFull(error)) throw fullDisk(out, error);
    throw error;
  } finally {
    unlock();
  }
}

/** Looks for everything that sources hold. */
export function surveySources(paths: readonly string[]): Promise<Survey> {
  return surveyDataset(paths.map((path) => resolve(path)));
}

function describe(
  { paths, preparing }: PreparingRequest,
  { labelNames, exclusive, targetName, regions, channelNames }: Survey,
  cases: number,
): CacheDescription {
  return {
    format: 'pcrl cache',
    version: PREPARED_VERSION,
    preparing,
    sources: paths.map((path) => resolve(path)),
    cases,
    labelNames,
    ...(exclusive ? { exclusive } : {}),
    ...(targetName !== undefined ? { targetName } : {}),
    ...(regions ? { regions } : {}),
    ...(channelNames ? { channelNames } : {}),
  };
}

async function work(open: OpenCache): Promise<PreparingResult> {
  const { request, survey, cases } = open;
  const { out, preparing, shard } = request;
  const own = cases.filter((_, at) => shardOf(at, shard.count) === shard.number);
  const present = new Set(await idsIn(out));
  const index = await readIndex(out);
  const before = { present, index, quarantine: readQuarantine(out) };
  const left = await whatIsLeft(out, own, preparing, before);
  const fresh = renewFacts(out, left, own);
  removeOthers(open, present);
  await announce(open, left);
  const { entries, interrupted } = await prepareAll(open, left.todo);
  const known = new Map([...fresh, ...entries].map((entry) => [entry.id, entry]));
  // What other shards have done is read from their records, not from an index that may be older.
  const all = await entriesIn(out, known);
  writeIndex(out, cases, all);
  const aside = [...readQuarantine(out).values()];
  writeProblems(out, [...survey.problems, ...aside]);
  const missing = sayWhatIsMissing(open, all);
  const { length: unchanged } = left.unchanged;
  return { prepared: entries.length, unchanged, aside, missing, interrupted };
}

/** Writes labels, patients and splits that changed, for cases whose images did not. */
function renewFacts(out: string, left: WorkLeft, own: readonly PlannedCase[]): CacheEntry[] {
  const planned = new Map(own.map((item) => [item.id, item]));
  return left.unchanged.map((entry) => {
    const record = withNewFacts(out, entry, planned.get(entry.id)!);
    if (record === undefined) return entry;
    writeDurably(recordPath(out, entry.id), `${JSON.stringify(record, null, 1)}\n`);
    return record.case;
  });
}

/** Cases that the sources no longer hold leave the cache. */
function removeOthers({ request, io, cases }: OpenCache, present: ReadonlySet<string>): void {
  const wanted = new Set(cases.map(({ id }) => id));
  const gone = [...present].filter((id) => !wanted.has(id));
  for (const id of gone) removeCase(request.out, id);
  for (const id of readQuarantine(request.out).keys()) {
    if (!wanted.has(id)) release(request.out, id);
  }
  if (gone.length > 0) io.say(`No longer in the sources, removed: ${count(gone.length)} cases`);
}

async function announce({ request, io }: OpenCache, { unchanged, aside, todo }: WorkLeft) {
  const { out, preparing, shard, workers } = request;
  const of = shard.count > 1 ? `, shard ${shard.number}/${shard.count}` : '';
  const known = `${count(unchanged.length)} are there, ${count(aside.length)} set aside`;
  io.say(`Cases to prepare: ${count(todo.length)} (${known}${of})`);
  if (todo.length === 0) return;
  const bytes = await forecastBytes(todo, preparing);
  checkRoom(out, bytes);
  io.say(`At most ${gigabytes(bytes)} in ${out}; threads: ${workers}`);
}

async function prepareAll(
  { request, io }: OpenCache,
  todo: readonly PlannedCase[],
): Promise<{ readonly entries: readonly CacheEntry[]; readonly interrupted: boolean }> {
  const { out, preparing, workers } = request;
  const entries: CacheEntry[] = [];
  const notes: Promise<void>[] = [];
  const began = performance.now();
  let handedOut = 0;
  let done = 0;
  let failure: Error | undefined;
  const next = (): CaseJob | undefined => {
    if (failure || io.interrupted() || handedOut === todo.length) return undefined;
    return { ...todo[handedOut++]!, preparing };
  };
  const finish = ({ id, item }: CaseJob, outcome: CaseOutcome) => {
    done++;
    if ('unwritten' in outcome) {
      const { message, code } = outcome.unwritten;
      failure ??= Object.assign(new Error(message), { code });
    } else if ('problem' in outcome) {
      const { path, reason } = outcome.problem;
      io.warn(`set aside ${path}: ${reason}`);
      removeCase(out, id);
      notes.push(quarantine(out, id, outcome.problem, filesOf(item, preparing)));
    } else {
      entries.push(outcome.entry);
      release(out, id);
    }
    const perSecond = done / Math.max(1e-3, (performance.now() - began) / 1000);
    const secondsLeft = (todo.length - done) / perSecond;
    const state = { name: 'preparing', noun: 'cases', done, total: todo.length };
    io.count({ ...state, perSecond, secondsLeft });
  };
  const threads = Math.min(workers, todo.length);
  await prepareInThreads(threads, out, next, finish);
  await Promise.all(notes);
  if (failure) throw failure;
  return { entries, interrupted: io.interrupted() && done < todo.length };
}

/** One line a case, in the order of the sources. */
function writeIndex(
  out: string,
  cases: readonly PlannedCase[],
  entries: readonly CacheEntry[],
): void {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const ordered = cases.flatMap(({ id }) => byId.get(id) ?? []);
  const lines = ordered.map((entry) => `${JSON.stringify(entry)}\n`);
  writeDurably(join(out, INDEX), lines.join(''));
}

function sayWhatIsMissing({ request, io, cases }: OpenCache, all: readonly CacheEntry[]): number {
  const { out, shard } = request;
  const there = new Set([...all.map(({ id }) => id), ...readQuarantine(out).keys()]);
  const lacking = new Map<number, number>();
  cases.forEach(({ id }, at) => {
    const part = shardOf(at, shard.count);
    if (!there.has(id)) lacking.set(part, (lacking.get(part) ?? 0) + 1);
  });
  const missing = [...lacking.values()].reduce((sum, n) => sum + n, 0);
  if (shard.count > 1 && missing > 0) {
    const parts = [...lacking].sort(([a], [b]) => a - b);
    const named = parts.map(([part, n]) => `${part}/${shard.count} (${count(n)} cases)`);
    io.say(`Still missing: shards ${named.join(', ')}`);
  }
  return missing;
}

function fullDisk(out: string, cause: unknown): PreparingError {
  return new PreparingError(
    `no space left for ${out}; the cases that are in it are whole and can be read`,
    'Make room; the same command goes on.',
    { cause },
  );
}

function count(value: number): string {
  return value.toLocaleString('en');
}
