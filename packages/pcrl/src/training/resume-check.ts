import { createHash } from 'node:crypto';
import { RunError } from '../errors.js';
import type { PretrainSettings } from '../settings/index.js';
import { type Group, isGroup } from '../settings/merge.js';

/**
 * Settings that a resumed run may change. Some do not touch the numbers; images are compared by their
 * listing instead of by `data`; a longer run, another device or another number of threads is a wish.
 */
const FREE: ReadonlySet<string> = new Set([
  'data',
  'dataset',
  'out',
  'preset',
  'device',
  'threads',
  'workers',
  'epochs',
  'steps',
  'checkpoint',
]);

/** A hash of all settings that a resumed run may not change. */
export function settingsHash(settings: PretrainSettings): string {
  const bound = Object.entries(flatten(bindingOf(settings)));
  const text = bound
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('\n');
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Compares the settings of a run with those it is to go on with.
 *
 * @param before as `config.json` has them
 * @throws {RunError} that lists the keys that differ, with both values
 */
export function checkSameSettings(run: string, before: Group, now: PretrainSettings): void {
  const [old, current] = [flatten(bindingOf(before)), flatten(bindingOf(now))];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(current)])].sort();
  const lines = keys
    .filter((key) => old[key] !== current[key])
    .map(
      (key) => `    ${key}: ${old[key] ?? 'not set'} in the run, ${current[key] ?? 'not set'} now`,
    );
  if (lines.length === 0) return;
  throw new RunError(
    `${run} was begun with other settings:\n${lines.join('\n')}`,
    'Go on with the same settings, or start a new run in another folder.',
  );
}

function bindingOf(settings: object): Group {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !FREE.has(key)));
}

/** `{a: {b: 1}}` as `{'a.b': '1'}`. */
function flatten(group: Group, prefix = ''): Record<string, string> {
  const parts = Object.entries(group).map(([key, value]) =>
    isGroup(value)
      ? flatten(value, `${prefix}${key}.`)
      : { [prefix + key]: JSON.stringify(value) ?? 'undefined' },
  );
  return Object.assign({}, ...parts) as Record<string, string>;
}
