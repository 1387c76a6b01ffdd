import { isDeepStrictEqual } from 'node:util';
import { RunError } from '../errors.js';
import type { FinetuneSettings } from '../settings/index.js';
import type { Group } from '../settings/merge.js';

/** What a resumed run may change: none of it changes what a seed gives. */
const FREE: ReadonlySet<string> = new Set(['out', 'device', 'threads', 'workers', 'seeds']);

/**
 * Compares the settings of a run with those it is to go on with. More seeds may be asked for.
 *
 * @param before as `config.json` has them
 * @throws {RunError} that lists the keys that differ, with both values
 */
export function checkResumable(run: string, before: Group, now: FinetuneSettings): void {
  const current = JSON.parse(JSON.stringify(now)) as Group;
  const lines = [...new Set([...Object.keys(before), ...Object.keys(current)])]
    .filter((key) => !FREE.has(key) && !isDeepStrictEqual(before[key], current[key]))
    .map((key) => `    ${key}: ${shown(before[key])} in the run, ${shown(current[key])} now`);
  if (lines.length === 0) return;
  throw new RunError(
    `${run} was begun with other settings:\n${lines.join('\n')}`,
    'Go on with the same settings, or start a new run in another folder.',
  );
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'not set';
}
