import type { Candidate } from './candidate.js';
import { existing } from './checks.js';
import type { Case, Dataset, Problem, Region } from './dataset.js';
import { Findings } from './findings.js';
import { looksLikeLabel } from './label-columns.js';
import { classNames, LABEL, labelKind } from './label-kind.js';
import { folderLabels } from './labelled-folders.js';
import { type Labelling, numbersIn, oneOfClasses } from './labelling.js';
import { LAYOUT_DEFAULTS, type LayoutContent, type LayoutOptions } from './layouts/layout.js';
import { namedMasks } from './mask-names.js';
import { type Archive, openPaths } from './opening.js';
import { labelsOf, maskOf, toCase } from './rows.js';
import { isUnlabelledRow, type Source } from './source.js';

/** Everything that is known of some paths before an image is opened. */
export interface Survey extends Pick<Dataset, 'labelNames' | 'exclusive' | 'targetName'> {
  /** Titles of the archives that were recognised; none for plain folders and tables. */
  readonly layouts: readonly string[];
  /** Of every split, labelled or not, pictures and volumes. */
  readonly cases: readonly Case[];
  readonly regions?: readonly Region[];
  readonly channelNames?: readonly string[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * Looks through folders, CSVs, lists and archives for all that they hold. Unlike `openDataset` it refuses
 * nothing but paths that do not exist: what is wrong becomes a problem in the list.
 *
 * @throws DatasetError when a path does not exist or is of no kind that is read
 */
export async function surveyDataset(
  paths: readonly string[],
  options: Partial<LayoutOptions> = {},
): Promise<Survey> {
  const findings = new Findings();
  const request = { options: { ...LAYOUT_DEFAULTS, ...options }, findings };
  const unlabelled = await openPaths(paths, { ...request, use: 'unlabelled' });
  const archives = [
    ...(await labelledArchives(unlabelled.archives, request)),
    ...unlabelled.archives,
  ];
  const labelling = labellingOf(unlabelled.sources, archives, findings);
  const rows: Case[] = [];
  for (const source of unlabelled.sources)
    rows.push(...(await casesOf(source, labelling, findings)));
  const placed = await folderLabels(unlabelled);
  const inPlaces = new Map(placed?.cases.map((item) => [item.image, item]));
  const archived = wholeCases(archives);
  const missing = unlabelled.archives.flatMap(({ content }) => content.missing ?? []);
  return {
    layouts: unlabelled.archives.map(({ layout }) => layout.title),
    cases: [...rows.map((item) => inPlaces.get(item.image) ?? item), ...archived],
    ...named(labelling),
    ...(placed ? { labelNames: placed.labelNames } : {}),
    ...(placed?.exclusive ? { exclusive: true } : {}),
    ...(archives.length > 0 ? namesOf(archives) : await namedMasks(unlabelled.sources, findings)),
    problems: [...findings.problems, ...missing],
    notes: [
      ...new Set([...unlabelled.notes, ...archives.flatMap(({ content }) => content.notes ?? [])]),
    ],
  };
}

/** Archives opened once more for the labels that they have. */
async function labelledArchives(
  archives: readonly Archive[],
  request: { readonly options: LayoutOptions; readonly findings: Findings },
): Promise<Archive[]> {
  const opened: Archive[] = [];
  for (const archive of archives) {
    for (const use of archive.layout.uses) {
      if (use === 'unlabelled') continue;
      // What is wrong was found the first time.
      const again = { ...request, use, folder: archive.folder, findings: new Findings() };
      opened.push({ ...archive, content: await archive.layout.open(again) });
    }
  }
  return opened;
}

/** What masks and channels stand for, where it is the same for all cases. */
function namesOf(archives: readonly Archive[]): Pick<Survey, 'regions' | 'channelNames'> {
  const titles = new Set(archives.map(({ path }) => path));
  if (titles.size !== 1) return {};
  const contents = archives.map(({ content }) => content);
  const regions = contents.find((content) => content.regions)?.regions;
  const channelNames = contents.find((content) => content.channelNames)?.channelNames;
  return { ...(regions ? { regions } : {}), ...(channelNames ? { channelNames } : {}) };
}

/** Each image once; a case of several channels stands for all of them. */
function wholeCases(archives: readonly Archive[]): Case[] {
  const seen = new Set<string>();
  const cases: Case[] = [];
  for (const item of archives.flatMap(({ content }) => content.cases)) {
    const files = item.channels ?? [item.image];
    if (files.every((path) => seen.has(path))) continue;
    for (const path of files) seen.add(path);
    cases.push(item);
  }
  return cases;
}

function labelNamesOf(sources: readonly Source[], archives: readonly Archive[]): readonly string[] {
  const inTables = sources.flatMap((source) =>
    source.columns.filter((name) => looksLikeLabel(source, name)),
  );
  return [
    ...new Set([...inTables, ...archives.flatMap(({ content }) => content.labelNames ?? [])]),
  ];
}

/** What tables say beside masks: a column `label` of classes or of numbers, or columns of 0 and 1. */
function labellingOf(
  sources: readonly Source[],
  archives: readonly Archive[],
  findings: Findings,
): Labelling {
  const tables = sources.filter(({ kind }) => kind === 'csv');
  const columns = labelNamesOf(tables, archives);
  const kind = labelKind(tables);
  if (kind === 'classes') return oneOfClasses(LABEL, classNames(tables), findings);
  if (kind === 'numbers') return numbersIn(LABEL, findings);
  const content = archives.map((archive) => archive.content);
  return {
    labelNames: columns,
    ...(content.some(({ exclusive }) => exclusive) ? { exclusive: true } : {}),
    ...targetOf(content),
    of: (candidate) =>
      columns.some((name) => candidate.row?.values.get(name) !== undefined)
        ? { labels: labelsOf(candidate, columns, findings) }
        : {},
  };
}

function targetOf(contents: readonly LayoutContent[]): Pick<Survey, 'targetName'> {
  const found = contents.find(({ targetName }) => targetName !== undefined);
  return found?.targetName === undefined ? {} : { targetName: found.targetName };
}

function named({ of: _, ...names }: Labelling): Omit<Labelling, 'of'> {
  return names;
}

async function casesOf(source: Source, labelling: Labelling, findings: Findings): Promise<Case[]> {
  const items = source.candidates.map((candidate) => ({ ...candidate, path: candidate.image }));
  const here = await existing(items, 'missing images', findings);
  const hasMasks = labelKind([source]) === 'masks';
  const cases = here.map((candidate) => caseOf(candidate, hasMasks, labelling, findings));
  const shown = (path: string | undefined) => (path ? [{ path, shown: path }] : []);
  const masks = cases.flatMap(({ mask, lungMask }) => [...shown(mask), ...shown(lungMask)]);
  await existing(masks, 'missing masks', findings);
  return cases;
}

function caseOf(
  candidate: Candidate,
  hasMasks: boolean,
  labelling: Labelling,
  findings: Findings,
): Case {
  const plain = toCase(candidate, 'classification', findings);
  if (!candidate.row || isUnlabelledRow(candidate)) return plain;
  const mask =
    hasMasks && candidate.row.values.get(LABEL) ? maskOf(candidate, findings) : undefined;
  return { ...plain, ...labelling.of(candidate), ...(mask ? { mask } : {}) };
}
