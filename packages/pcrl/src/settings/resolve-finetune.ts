import * as v from 'valibot';
import { SettingsError } from '../errors.js';
import {
  type FinetuneInput,
  type FinetuneSettings,
  type TaskName,
  taskSettings,
} from './finetune/registry.js';
import type { TaskSettings } from './finetune/task-settings.js';
import { type Group, isGroup, merge, noneAsNull } from './merge.js';
import type { Preset } from './pretrain-schema.js';
import { settingsError } from './problems.js';
import { dimensionsOf, presetOf, sizeOf } from './resolve-pretrain.js';

/** Settings of a task whose name is known only now. */
type AnyTask = TaskSettings<v.GenericSchema<unknown, FinetuneSettings>>;

const names = Object.keys(taskSettings) as readonly TaskName[];

/**
 * Fills in what the user left open from the preset for this task. Resolving what was resolved
 * changes nothing.
 *
 * @param given any part of the settings; `task`, `data` and `out` are needed, and where a task is for
 *   pictures and volumes `dimensions` or a `views.size` that tells them
 * @throws {SettingsError} a key is unknown or a value not allowed; the message names all of them
 */
export function resolveFinetuneSettings(given: FinetuneInput): FinetuneSettings {
  const input = noneAsNull(given) as Group;
  const name = names.find((task) => task === input.task);
  if (name === undefined) throw unknownTask(input.task);
  const task = anyTask(name);
  const dimensions = dimensionsFor(task, input);
  const preset = presetOf(input);
  const base = { dimensions, preset, ...task.defaults(preset, dimensions, input) };
  const merged = merge(base, withAxes(input, dimensions));
  const result = v.safeParse(task.schema, merged);
  if (!result.success) throw settingsError(task.schema, result.issues, merged, otherTasks(name));
  checkAxes(result.output, dimensions);
  task.check?.(result.output);
  return result.output;
}

/** What a preset fills in for a task. */
export function finetuneDefaults(name: TaskName, preset: Preset, dimensions: 2 | 3): Group {
  return anyTask(name).defaults(preset, dimensions, {});
}

function anyTask(name: TaskName): AnyTask {
  // Each schema gives the settings of its own task, which is one of all.
  return taskSettings[name] as AnyTask;
}

function otherTasks(name: TaskName) {
  return names
    .filter((other) => other !== name)
    .map((other) => ({ schema: anyTask(other).schema, purpose: other }));
}

function unknownTask(task: unknown): SettingsError {
  const what = task === undefined ? 'task is missing' : `task: got ${JSON.stringify(task)}`;
  const uses = names.map((name) => `${name} for ${taskSettings[name].use}`);
  return new SettingsError(
    `${what}; allowed: ${names.join(' | ')}`,
    `Use ${uses.slice(0, -1).join(', ')}, and ${uses.at(-1)}.`,
  );
}

function dimensionsFor(task: AnyTask, input: Group): 2 | 3 {
  const only = task.dimensions.length === 1 ? task.dimensions[0] : undefined;
  if (only !== undefined) return only;
  const size = isGroup(input.views) ? input.views.size : undefined;
  const sizeTells = Array.isArray(size) || (typeof size === 'string' && size.includes('x'));
  const isTold = input.dimensions !== undefined || sizeTells;
  return !isTold && task.otherwise ? task.otherwise : dimensionsOf(input);
}

function checkAxes({ views: { size } }: FinetuneSettings, dimensions: 2 | 3): void {
  if (size.length === dimensions) return;
  throw new SettingsError(
    `views.size: got ${size.join('x')} for dimensions: ${dimensions}`,
    `Give ${dimensions} numbers.`,
  );
}

// One number stands for two or three axes, which the schema of both dimensions cannot know.
function withAxes(input: Group, dimensions: 2 | 3): Group {
  const size = sizeOf(input, dimensions);
  if (!size || !isGroup(input.views)) return input;
  return { ...input, views: { ...input.views, size } };
}
