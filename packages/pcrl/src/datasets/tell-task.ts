import { stat } from 'node:fs/promises';
import { DatasetError } from '../errors.js';
import { readDescription } from './cache/description.js';
import type { Use } from './dataset.js';
import { Findings } from './findings.js';
import { looksLikeLabel } from './label-columns.js';
import { labelKind } from './label-kind.js';
import { labelledFolder } from './labelled-folders.js';
import { LAYOUT_DEFAULTS } from './layouts/layout.js';
import { recogniseLayout } from './layouts/recognise.js';
import { openPaths } from './opening.js';
import type { Source } from './source.js';

/** What a network can learn of labelled data. */
export type LearnableTask = Exclude<Use, 'unlabelled' | 'prediction'>;

const OF_LABEL = {
  masks: 'segmentation',
  numbers: 'regression',
  classes: 'classification',
} as const;

/**
 * What labelled data are for, by what the data say: an archive by its kind; a table by its column `label`,
 * else by columns of 0 and 1; a folder by folders of masks, or of classes.
 *
 * @throws {DatasetError} they do not tell
 */
export async function tellTask(paths: readonly string[]): Promise<LearnableTask> {
  const findings = new Findings();
  const request = { use: 'unlabelled', options: LAYOUT_DEFAULTS, findings } as const;
  const { sources, archives } = await openPaths(paths, request);
  const tables = sources.filter(({ kind }) => kind === 'csv');
  const found = archives[0]
    ? await ofArchive(archives[0])
    : tables.length > 0
      ? ofTables(tables)
      : await ofFolder(sources[0]);
  if (found) return found;
  throw new DatasetError(
    `${paths.join(', ')}: its labels do not tell what is to be learnt`,
    'Say it: --task classification, regression, segmentation or detection.',
  );
}

/** The name of the archive that labelled data are, or are a cache of; undefined for others. */
export async function tellArchive([path]: readonly string[]): Promise<string | undefined> {
  const folder = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !folder?.isDirectory()) return undefined;
  const cache = await readDescription(path);
  const [source] = cache?.sources ?? [path];
  const found =
    source === undefined ? undefined : await recogniseLayout(source).catch(() => undefined);
  return found?.layout.name;
}

async function ofArchive({ layout, folder }: Awaited<ReturnType<typeof openPaths>>['archives'][0]) {
  for (const use of layout.uses) {
    if (use === 'unlabelled' || use === 'prediction') continue;
    const findings = new Findings();
    const content = await layout.open({ folder, use, options: LAYOUT_DEFAULTS, findings });
    // A cache is for whatever its sources had.
    if (content.cases.length > 0 && findings.problems.length === 0) return use;
  }
  return undefined;
}

function ofTables(tables: readonly Source[]): LearnableTask | undefined {
  const kind = labelKind(tables);
  if (kind) return OF_LABEL[kind];
  const first = tables[0]!;
  return first.columns.some((name) => looksLikeLabel(first, name)) ? 'classification' : undefined;
}

async function ofFolder(source: Source | undefined): Promise<LearnableTask | undefined> {
  const found = source && (await labelledFolder(source));
  return found && (found.exclusive ? 'classification' : 'segmentation');
}
