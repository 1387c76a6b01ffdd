import type * as v from 'valibot';
import { SettingsError } from '../errors.js';
import { notesOf } from './fields.js';
import { isGroup } from './merge.js';
import { isShortFor, nearest } from './nearest.js';
import { entriesOf, schemaAt, settingsIn } from './schema-tree.js';

type Schema = v.GenericSchema<unknown, unknown>;
type Issue = v.BaseIssue<unknown>;

/** A sibling schema, to tell a setting of another kind of run from a slip of the pen. */
export interface OtherKind {
  readonly schema: Schema;
  /** What its settings are for, e.g. `volumes (dimensions: 3)`. */
  readonly purpose: string;
}

const REMEDY = 'Every setting with what it allows is listed in docs/settings.md.';

/** One error that names every setting that does not fit, where it stands and what is allowed. */
export function settingsError(
  schema: Schema,
  issues: readonly Issue[],
  input: unknown,
  others: readonly OtherKind[] = [],
): SettingsError {
  const lines = new Set(issues.flatMap((issue) => describe(schema, issue, input, others)));
  return new SettingsError([...lines].join('\n'), REMEDY);
}

function describe(
  schema: Schema,
  issue: Issue,
  input: unknown,
  others: readonly OtherKind[],
): readonly string[] {
  const keys = (issue.path ?? []).map((item) => String(item.key));
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const parents = keys.slice(0, -1);
    return unknownIn(schema, parents, input).map((key) =>
      unknownKey(schema, [...parents, key], others),
    );
  }
  const known = knownPart(schema, keys);
  const path = known.join('.');
  const given = valueAt(input, known);
  if (given === undefined) return [`${path} is missing; allowed: ${allowedAt(schema, known)}`];
  return [`${path}: got ${JSON.stringify(given)}; allowed: ${allowedAt(schema, known)}`];
}

/** All unknown keys of a group: valibot stops at the first of them. */
function unknownIn(schema: Schema, parents: readonly string[], input: unknown): readonly string[] {
  const entries = entriesOf(schemaAt(schema, parents)) ?? {};
  return Object.keys(valueAt(input, parents) ?? {}).filter((key) => !Object.hasOwn(entries, key));
}

// An issue inside a list or a range is told about the setting that holds it.
function knownPart(schema: Schema, keys: readonly string[]): string[] {
  const part: string[] = [];
  for (const key of keys) {
    if (!entriesOf(schemaAt(schema, part))?.[key]) break;
    part.push(key);
  }
  return part;
}

function allowedAt(schema: Schema, path: readonly string[]): string {
  const found = schemaAt(schema, path);
  const entries = entriesOf(found);
  return entries ? `a group with ${Object.keys(entries).join(', ')}` : notesOf(found).allowed;
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isGroup(value) ? value[key] : undefined), input);
}

function unknownKey(schema: Schema, keys: readonly string[], others: readonly OtherKind[]): string {
  const path = keys.join('.');
  const kinds = others.filter((other) => knownPart(other.schema, keys).length === keys.length);
  const purposes = kinds.map(({ purpose }) => purpose).join(' and ');
  if (purposes !== '') return `${path} is a setting of ${purposes} only`;
  const suggestion = suggest(schema, keys);
  return `unknown setting ${path}${suggestion ? `; did you mean ${suggestion}?` : ''}`;
}

function suggest(schema: Schema, keys: readonly string[]): string | undefined {
  const parents = keys.slice(0, -1);
  const last = keys.at(-1) ?? '';
  const siblings = Object.keys(entriesOf(schemaAt(schema, parents)) ?? {});
  const sibling = siblings.find((name) => isShortFor(last, name)) ?? nearest(last, siblings);
  const path = sibling && [...parents, sibling].join('.');
  if (sibling && (sibling.toLowerCase() === last.toLowerCase() || isShortFor(last, sibling))) {
    return path;
  }
  return sameNameElsewhere(schema, last) ?? path;
}

function sameNameElsewhere(schema: Schema, name: string): string | undefined {
  const paths = new Set(
    settingsIn(schema).flatMap(({ path }) => {
      const parts = path.split('.');
      return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
    }),
  );
  return [...paths].find((path) => path.split('.').at(-1) === name);
}
