import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Traces, tracesOf } from '../datasets/cache/fingerprint.js';
import type { Problem } from '../datasets/index.js';
import { writeDurably } from './write-durably.js';

/** A case that was set aside: not tried again until one of its files changes. */
export interface QuarantinedCase extends Problem {
  readonly id: string;
  readonly sources: readonly Traces[];
}

const FOLDER = 'problems';
const TABLE = 'problems.csv';

/** The cases that earlier runs set aside, by id. */
export function readQuarantine(cache: string): Map<string, QuarantinedCase> {
  const found = new Map<string, QuarantinedCase>();
  for (const name of namesIn(cache)) {
    try {
      const text = readFileSync(join(cache, FOLDER, name), 'utf8');
      const item = JSON.parse(text) as QuarantinedCase;
      found.set(item.id, item);
    } catch {
      // Written by hand or by another shard this moment: the case is tried again.
    }
  }
  return found;
}

/** Sets a case aside. A file that is missing has no traces. */
export async function quarantine(
  cache: string,
  id: string,
  { path, reason }: Problem,
  files: readonly string[],
): Promise<void> {
  mkdirSync(join(cache, FOLDER), { recursive: true });
  const traces = await Promise.all(files.map((file) => tracesOf(file).catch(() => undefined)));
  const item: QuarantinedCase = {
    id,
    path,
    reason,
    sources: traces.filter((found) => found !== undefined),
  };
  writeDurably(join(cache, FOLDER, `${id}.json`), `${JSON.stringify(item)}\n`);
}

/** Takes a case out of quarantine. */
export function release(cache: string, id: string): void {
  rmSync(join(cache, FOLDER, `${id}.json`), { force: true });
}

/** Writes the table of everything that is not in the cache and why. */
export function writeProblems(cache: string, problems: readonly Problem[]): void {
  const rows = problems.map(({ path, reason }) => `${quoted(path)},${quoted(reason)}`).sort();
  writeDurably(join(cache, TABLE), `${['path,reason', ...rows].join('\n')}\n`);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll(/\s*\n\s*/g, ' ')}"`;
}

function namesIn(cache: string): string[] {
  try {
    return readdirSync(join(cache, FOLDER)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
