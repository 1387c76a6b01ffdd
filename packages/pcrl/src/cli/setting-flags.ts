import { type Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'yaml';
import { SettingsError } from '../errors.js';
import type { Group } from '../settings/merge.js';

/** A flag that stands for one setting. */
export interface SettingFlag {
  /** As commander writes it, e.g. `--epochs <n>`. */
  readonly flag: string;
  /** Where the setting stands, e.g. `views.size`. */
  readonly path: string;
  readonly help: string;
  /** The value is a text as it stands (a path), not a number, list or word to read. */
  readonly text?: true;
}

/** Flags that pre-training and fine-tuning share. */
export const SHARED_FLAGS: readonly SettingFlag[] = [
  { flag: '--out <run>', path: 'out', help: 'run folder to make', text: true },
  { flag: '--preset <name>', path: 'preset', help: 'official | paper | default' },
  { flag: '--dims <n>', path: 'dimensions', help: '2 (images) or 3 (volumes); else told by DATA' },
  { flag: '--epochs <n>', path: 'epochs', help: 'passes over the data' },
  { flag: '--steps <n>', path: 'steps', help: 'optimiser steps, instead of --epochs' },
  { flag: '--batch <n>', path: 'batch', help: 'images in one step' },
  { flag: '--size <size>', path: 'views.size', help: 'input size: 112, 128x96 or 64x64x32' },
  { flag: '--lr <rate>', path: 'optimiser.learningRate', help: 'learning rate' },
  { flag: '--width <n>', path: 'network.width', help: '3D: channels of the first convolution' },
  {
    flag: '--split-file <csv>',
    path: 'dataset.splitFile',
    help: 'which patients train, validate, test; made when not there',
    text: true,
  },
  { flag: '--seed <n>', path: 'seed', help: 'seed of every random draw' },
  { flag: '--device <name>', path: 'device', help: 'auto | cpu | cuda | cuda:N' },
  { flag: '--precision <name>', path: 'precision', help: 'fp32 | bf16' },
  { flag: '--threads <n>', path: 'threads', help: 'threads of one operator; 0 = all cores' },
  { flag: '--workers <n>', path: 'workers', help: 'loader threads' },
];

/** What commander read: flag values by name, and the `--set` and `--config` values. */
export interface FlagValues {
  readonly [name: string]: unknown;
  readonly set?: readonly string[];
  readonly config?: string;
}

/** Adds one option for each setting, none of which may be given twice, and `--set` and `--config`. */
export function addSettingFlags(command: Command, flags: readonly SettingFlag[]): void {
  for (const { flag, help } of flags) {
    command.addOption(new Option(flag, help).argParser(once));
  }
  command
    .addOption(new Option('--config <file>', 'settings from YAML or JSON').argParser(once))
    .option(
      '--set <path=value>',
      'any other setting, e.g. views.cutout.size=32 (repeatable)',
      (value: string, previous: readonly string[] = []) => [...previous, value],
    );
}

/**
 * Takes a flag's value, and refuses a second one.
 *
 * @throws {InvalidArgumentError} the flag was given before
 */
export function once(value: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError('It is given twice.');
  return value;
}

/**
 * The settings that flags and `--set` give, nested as the schema has them; nothing is filled in.
 *
 * @throws {SettingsError} a setting is given twice, a `--set` has no value, or both `--epochs` and
 *   `--steps` are there
 */
export function settingsFromFlags(flags: readonly SettingFlag[], values: FlagValues): Group {
  const given = new Map<string, { readonly source: string; readonly value: unknown }>();
  const take = (path: string, source: string, value: unknown) => {
    const before = given.get(path);
    if (before) {
      throw new SettingsError(
        `${path} is given twice: by ${before.source} and by ${source}`,
        'Keep one of the two.',
      );
    }
    given.set(path, { source, value });
  };
  for (const { flag, path, text } of flags) {
    const option = new Option(flag);
    const value = values[option.attributeName()];
    if (typeof value !== 'string') continue;
    take(path, option.long ?? flag, text ? value : readValue(value, option.long ?? flag));
  }
  for (const assignment of values.set ?? []) {
    const [path, value] = split(assignment);
    take(path, `--set ${path}`, readValue(value, `--set ${path}`));
  }
  if (given.has('epochs') && given.has('steps')) {
    throw new SettingsError('both epochs and steps are given', 'Keep one of the two.');
  }
  // A run's length has one owner: epochs set now take steps of a config file off the table.
  if (given.has('epochs')) given.set('steps', { source: '--epochs', value: null });
  return [...given].reduce((group, [path, { value }]) => put(group, path.split('.'), value), {});
}

function split(assignment: string): [path: string, value: string] {
  const at = assignment.indexOf('=');
  if (at > 0) return [assignment.slice(0, at).trim(), assignment.slice(at + 1)];
  throw new SettingsError(
    `--set ${assignment}: no value is given`,
    'Write the setting, "=" and its value: --set views.cutout.size=32',
  );
}

function readValue(value: string, source: string): unknown {
  try {
    return parse(value) ?? 'none';
  } catch (error) {
    throw new SettingsError(
      `${source}: "${value}" cannot be read`,
      'Values are written as in YAML: 3, true, none, [0.3, 1].',
      { cause: error },
    );
  }
}

function put(group: Group, path: readonly string[], value: unknown): Group {
  const [key = '', ...rest] = path;
  if (rest.length === 0) return { ...group, [key]: value };
  const inner = group[key];
  const base = typeof inner === 'object' && inner !== null ? (inner as Group) : {};
  return { ...group, [key]: put(base, rest, value) };
}
