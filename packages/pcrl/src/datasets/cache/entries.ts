import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Fingerprint,
  type PreparedRecord,
  RECORD_ENDING,
  readRecord,
} from '../../images/index.js';
import type { Case, FindingBox } from '../dataset.js';

/** A case of a cache: what is known of it, and the names of its prepared images. */
export interface CacheEntry
  extends Pick<
    Case,
    'patient' | 'split' | 'order' | 'points' | 'irrelevant' | 'candidates' | 'target' | 'boxes'
  > {
  /** Unique in the cache; begins the names of all its files. */
  readonly id: string;
  /** Records of the channels after the first, in their order. */
  readonly channels?: readonly string[];
  readonly mask?: string;
  readonly lungMask?: string;
  /** null where a label is not known. */
  readonly labels?: readonly (number | null)[];
  /** The files it was made of: the channels, then the masks. */
  readonly sources: readonly Fingerprint[];
}

/** The record of a case's first image, which is written last: a case is there when this file is. */
export interface CaseRecord extends PreparedRecord {
  readonly case: CacheEntry;
}

/** One line for each case; a shortcut that can be made again from the records. */
export const INDEX = 'index.jsonl';
const CASES = 'cases';

const ID_BYTES = 10;
const FIRST_RECORD = new RegExp(
  `^(.+-[0-9a-f]{${ID_BYTES}})${RECORD_ENDING.replaceAll('.', '\\.')}$`,
);

/** The folder of a case's files: 256 folders, so that none grows too long. */
export function folderOf(cache: string, id: string): string {
  return join(cache, CASES, id.slice(-ID_BYTES, 2 - ID_BYTES));
}

/** The path of a case's first record. */
export function recordPath(cache: string, id: string): string {
  return join(folderOf(cache, id), id + RECORD_ENDING);
}

/** The ids of all cases that lie in a cache, whatever the index says. */
export async function idsIn(cache: string): Promise<string[]> {
  const folders = await readdir(join(cache, CASES)).catch(() => []);
  const names = await Promise.all(
    folders.sort().map((folder) => readdir(join(cache, CASES, folder)).catch(() => [])),
  );
  return names.flatMap((files) => files.flatMap((name) => FIRST_RECORD.exec(name)?.[1] ?? []));
}

/** The index as it was last written. Lines that were cut short are left out. */
export async function readIndex(cache: string): Promise<ReadonlyMap<string, CacheEntry>> {
  const text = await readFile(join(cache, INDEX), 'utf8').catch(() => '');
  const entries = new Map<string, CacheEntry>();
  for (const line of text.split('\n')) {
    if (!line.endsWith('}')) continue;
    try {
      const entry = JSON.parse(line) as CacheEntry;
      entries.set(entry.id, entry);
    } catch {
      // The case's own record will be read instead.
    }
  }
  return entries;
}

/**
 * The entries of all cases that lie in a cache: those that are known, in their order, and then the others
 * from their records.
 */
export async function entriesIn(
  cache: string,
  known: ReadonlyMap<string, CacheEntry>,
): Promise<CacheEntry[]> {
  const ids = await idsIn(cache);
  const present = new Set(ids);
  return [
    ...[...known.values()].filter(({ id }) => present.has(id)),
    ...ids.flatMap((id) => (known.has(id) ? [] : (entryOf(cache, id) ?? []))),
  ];
}

/** What a case's record says; undefined where it is damaged or of another version. */
export function entryOf(cache: string, id: string): CacheEntry | undefined {
  try {
    return (readRecord(recordPath(cache, id)) as CaseRecord).case;
  } catch {
    return undefined;
  }
}

/** A case as training takes it; its images are the prepared ones. */
export function caseOf(cache: string, entry: CacheEntry): Case {
  const { id, sources, channels, mask, lungMask, labels, boxes, ...facts } = entry;
  const folder = folderOf(cache, id);
  const image = recordPath(cache, id);
  return {
    ...facts,
    image,
    ...(sources[0] ? { source: sources[0].path } : {}),
    ...(boxes ? { boxes: boxesOn(image, boxes) } : {}),
    ...(channels ? { channels: [image, ...channels.map((name) => join(folder, name))] } : {}),
    ...(mask ? { mask: join(folder, mask) } : {}),
    ...(lungMask ? { lungMask: join(folder, lungMask) } : {}),
    ...(labels ? { labels: labels.map((label) => label ?? Number.NaN) } : {}),
  };
}

/** Boxes in pixels of a prepared picture, which may be smaller than its file. */
function boxesOn(path: string, boxes: readonly FindingBox[]): readonly FindingBox[] {
  const { size, sourceSize } = readRecord(path);
  const [across, down] = size.map((side, axis) => side / sourceSize[axis]!) as [number, number];
  return boxes.map(({ finding, x, y, width, height }) => ({
    finding,
    x: x * across,
    y: y * down,
    width: width * across,
    height: height * down,
  }));
}
