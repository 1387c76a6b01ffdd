import type * as v from 'valibot';
import type { Group } from '../merge.js';
import type { Preset } from '../pretrain-schema.js';

/** The settings of one task: what they allow, and where what is left open comes from. */
export interface TaskSettings<Schema extends v.GenericSchema<unknown, unknown>> {
  readonly schema: Schema;
  /** What a user with such labels is told. */
  readonly use: string;
  /** Pictures, volumes, or both. */
  readonly dimensions: readonly (2 | 3)[];
  /** Where neither the settings nor a size tell. */
  readonly otherwise?: 2 | 3;
  /** What a preset fills in, beside what was given. */
  defaults(preset: Preset, dimensions: 2 | 3, given: Group): Group;
  /** @throws {SettingsError} values that are allowed do not go together */
  check?(settings: v.InferOutput<Schema>): void;
}

/** A preset's values of a task, without what every run has to say. */
export type Filled<Settings> = Omit<Settings, 'task' | 'dimensions' | 'preset' | 'data' | 'out'>;
