import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunError, SettingsError } from '../errors.js';
import { readSettingsFile } from '../settings/file.js';
import { taskSettings } from '../settings/finetune/registry.js';
import { type Group, isGroup, merge } from '../settings/merge.js';
import { guessDimensions } from './dimensions.js';
import { type FlagValues, type SettingFlag, settingsFromFlags } from './setting-flags.js';

/** What a command line says about the settings of a run. */
export interface CommandLine {
  /** DATA as typed; empty where the config file names it. */
  readonly sources: readonly string[];
  readonly flags: readonly SettingFlag[];
  readonly values: FlagValues;
  /** Start from the settings of the run in the run folder, if there is one. */
  readonly resume: boolean;
}

/**
 * The settings that a command line gives: those of a resumed run, over them the config file's, over
 * them the flags'. Paths are made absolute, and images told from volumes by the data.
 *
 * @throws {SettingsError} a flag or file cannot be read, DATA or `--out` is missing or DATA is given twice
 * @throws {RunError} the run to go on with is another command's
 */
export async function settingsInput(line: CommandLine): Promise<Group> {
  const { values } = line;
  const flags = settingsFromFlags(line.flags, values);
  const file = values.config === undefined ? {} : await readSettingsFile(values.config);
  const given = merge(file, line.sources.length > 0 ? withData(flags, line.sources) : flags);
  const before = line.resume ? await settingsOfRun(given.out, line.flags) : {};
  const input = absolutePaths(merge(before, given));
  return tellsDimensions(input) ? input : { ...input, dimensions: await guess(input.data) };
}

function withData(flags: Group, data: readonly string[]): Group {
  if (!('data' in flags)) return { ...flags, data };
  throw new SettingsError('data is given twice: by DATA and by --set data', 'Keep one of the two.');
}

async function settingsOfRun(out: unknown, flags: readonly SettingFlag[]): Promise<Group> {
  const path = typeof out === 'string' ? join(out, 'config.json') : undefined;
  if (path === undefined || !existsSync(path)) return {};
  const settings = await readSettingsFile(path);
  const isFinetuning = settings.task !== undefined;
  // Only fine-tuning has a task.
  if (isFinetuning === flags.some((flag) => flag.path === 'task')) return settings;
  const [kind, command] = isFinetuning ? ['fine-tuning', 'finetune'] : ['pre-training', 'pretrain'];
  throw new RunError(
    `${out} holds a run of ${kind}`,
    `Go on with it: pcrl ${command} --out ${out} --resume`,
  );
}

function absolutePaths(input: Group): Group {
  const { data, out, from } = input;
  if (!isListOfTexts(data) || data.length === 0) {
    throw new SettingsError('no DATA is given', 'Name a folder of images or a CSV file.');
  }
  if (typeof out !== 'string' || out === '') {
    throw new SettingsError('no --out is given', 'Say where the result goes: --out PATH.');
  }
  const start = typeof from === 'string' && from !== 'scratch' ? { from: resolve(from) } : {};
  const dataset = isGroup(input.dataset) ? input.dataset : {};
  const { splitFile } = dataset;
  const split =
    typeof splitFile === 'string' ? { dataset: { ...dataset, splitFile: resolve(splitFile) } } : {};
  const paths = { data: data.map((path) => resolve(path)), out: resolve(out) };
  return { ...input, ...start, ...split, ...paths };
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function tellsDimensions(input: Group): boolean {
  if (input.dimensions !== undefined || isForOneKind(input.task)) return true;
  const size = isGroup(input.views) ? input.views.size : undefined;
  return Array.isArray(size) || (typeof size === 'string' && size.includes('x'));
}

/** Whether a task is for pictures only, or for volumes only. */
function isForOneKind(task: unknown): boolean {
  const found = Object.entries(taskSettings).find(([name]) => name === task);
  return found?.[1].dimensions.length === 1;
}

function guess(data: unknown): Promise<2 | 3> {
  return guessDimensions(isListOfTexts(data) ? data : []);
}
