import type * as v from 'valibot';
import { type FieldNotes, notesOf } from './fields.js';

type Schema = v.GenericSchema<unknown, unknown>;
type GroupSchema = Schema & { readonly entries: Readonly<Record<string, Schema>> };

/** A single setting: where it stands, e.g. `views.cutout.size`, and what is known about it. */
export interface Setting extends FieldNotes {
  readonly path: string;
}

/** The parts of a group of settings, or `undefined` for a single setting. */
export function entriesOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  return 'entries' in schema ? (schema as GroupSchema).entries : undefined;
}

/** Every single setting of a schema, in order. */
export function settingsIn(schema: Schema, prefix = ''): Setting[] {
  const entries = entriesOf(schema);
  if (!entries) return [{ path: prefix, ...notesOf(schema) }];
  return Object.entries(entries).flatMap(([key, entry]) =>
    settingsIn(entry, prefix ? `${prefix}.${key}` : key),
  );
}

/** The schema at a path, following it as far as groups go. */
export function schemaAt(schema: Schema, path: readonly string[]): Schema {
  const [key, ...rest] = path;
  const next = key === undefined ? undefined : entriesOf(schema)?.[key];
  return next ? schemaAt(next, rest) : schema;
}
