import { SettingsError } from '../errors.js';
import { readSettingsFile } from '../settings/file.js';
import { type Group, isGroup, merge } from '../settings/merge.js';
import { nearest } from '../settings/nearest.js';

/** What a user sets in place of the budget's and the table's values, for images or for volumes. */
export interface OwnSettings {
  /** Shares of the labels in place of the table's; undefined: the table's. */
  readonly labels: readonly number[] | undefined;
  /** Over the budget's settings of pre-training; what a row is about stays as the row has it. */
  readonly pretrain: Group;
  /** Over the budget's settings of fine-tuning. */
  readonly finetune: Group;
  /** Over `finetune`, for rows from scratch. */
  readonly scratch: Group;
}

/** A user's settings of a table, by the dimensions of the data, and the file that has them. */
export interface TableSettings {
  readonly file: string | undefined;
  readonly 2: OwnSettings;
  readonly 3: OwnSettings;
}

const NOTHING: OwnSettings = { labels: undefined, pretrain: {}, finetune: {}, scratch: {} };

/** Everything as the budget and the table have it. */
export const NO_SETTINGS: TableSettings = { file: undefined, 2: NOTHING, 3: NOTHING };

/** What the table, its data and its folder decide. */
const DECIDED: Readonly<Record<'pretrain' | 'finetune' | 'scratch', readonly string[]>> = {
  pretrain: ['data', 'dataset', 'dimensions', 'method', 'out'],
  finetune: ['data', 'dataset', 'dimensions', 'from', 'labels', 'labelSeed', 'out', 'task'],
  scratch: ['data', 'dataset', 'dimensions', 'from', 'labels', 'labelSeed', 'out', 'seeds', 'task'],
};

/**
 * Reads a user's settings of a table: groups `2D` and `3D`, each with `labels`, `pretrain`, `finetune` and
 * `scratch`. The settings in them are checked when runs are planned.
 *
 * @throws {SettingsError} the file cannot be read, or holds something else
 */
export async function readTableSettings(file: string): Promise<TableSettings> {
  const content = await readSettingsFile(file);
  checkKeys(content, ['2D', '3D'], file);
  return {
    file,
    2: ownSettings(groupAt(content, '2D', file), `${file}: 2D`),
    3: ownSettings(groupAt(content, '3D', file), `${file}: 3D`),
  };
}

/** Settings with a user's over them. A length in epochs takes the place of one in steps. */
export function withOwn(base: Group, own: Group): Group {
  const merged = merge(base, own);
  return 'epochs' in own && !('steps' in own) ? { ...merged, steps: null } : merged;
}

/** Does what may find a setting wrong, and then says which part of the file has it. */
export function namingFile<T>({ file }: TableSettings, part: string, resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (file === undefined || !(error instanceof SettingsError)) throw error;
    const [what] = error.message.split(`\n  ${error.remedy}`);
    throw new SettingsError(`${file}: ${part}: ${what}`, error.remedy, { cause: error });
  }
}

function ownSettings(group: Group, place: string): OwnSettings {
  checkKeys(group, ['labels', 'pretrain', 'finetune', 'scratch'], place);
  const part = (name: keyof typeof DECIDED) => {
    const settings = groupAt(group, name, place);
    const decided = DECIDED[name].filter((key) => key in settings);
    if (decided.length === 0) return settings;
    throw new SettingsError(
      `${place} ${name}: ${decided.join(', ')} cannot be set`,
      `The table decides that${decided.includes('labels') ? '; labels stands beside finetune' : ''}.`,
    );
  };
  return {
    labels: 'labels' in group ? sharesIn(group.labels, place) : undefined,
    ...{ pretrain: part('pretrain'), finetune: part('finetune'), scratch: part('scratch') },
  };
}

function groupAt(group: Group, key: string, place: string): Group {
  const value = group[key] ?? {};
  if (isGroup(value)) return value;
  throw new SettingsError(`${place}: ${key} is no group of settings`, 'Write "setting: value".');
}

function checkKeys(group: Group, known: readonly string[], place: string): void {
  const unknown = Object.keys(group).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  const meant = nearest(unknown[0]!, known);
  throw new SettingsError(
    `${place}: ${unknown.join(', ')} is not known${meant ? `; did you mean ${meant}?` : ''}`,
    `There are ${known.join(', ')}.`,
  );
}

/** `[1%, 10%]`, rising. */
function sharesIn(value: unknown, place: string): readonly number[] {
  const shares = (Array.isArray(value) ? value : [value]).map(shareIn);
  if (shares.length > 0 && shares.every((share) => share !== undefined)) {
    return [...new Set(shares)].sort((a, b) => a - b);
  }
  throw new SettingsError(
    `${place} labels: got ${JSON.stringify(value)}`,
    'Give shares above 0% and up to 100%, e.g. [1%, 10%].',
  );
}

function shareIn(text: unknown): number | undefined {
  const [, digits] = /^(\d+(?:\.\d+)?) ?%$/.exec(String(text)) ?? [];
  const share = Number((Number(digits) / 100).toPrecision(12));
  return share > 0 && share <= 1 ? share : undefined;
}
