import { DatasetError } from '../errors.js';
import { refuseOtherKind, usableCandidates } from './candidates.js';
import {
  checkPatients,
  checkRepeats,
  checkTraining,
  describeSplits,
  existing,
  oneSidedClasses,
} from './checks.js';
import type { Case, Dataset, Use } from './dataset.js';
import { type Findings, listed } from './findings.js';
import { checkHeaders } from './headers.js';
import { chosenLabels } from './label-columns.js';
import { classFolders, maskFolders } from './labelled-folders.js';
import { classLabelling, numberLabelling } from './labelling.js';
import { namedMasks } from './mask-names.js';
import { type Archive, noteCount, noteMissing, type Opening } from './opening.js';
import { toCase } from './rows.js';
import { isUnlabelledRow, type Source } from './source.js';
import { splitByFile } from './split-file.js';

type LabelledUse = Exclude<Use, 'unlabelled' | 'prediction'>;
type Labelled = Omit<Dataset, 'dimensions' | 'notes'>;

/**
 * The cases of CSVs, or of one public archive, with their labels, checked.
 *
 * @param wanted classes to learn; all when left out
 * @throws DatasetError that lists everything wrong at once
 */
export async function openLabelled(
  opening: Opening,
  use: LabelledUse,
  wanted: readonly string[] | undefined,
): Promise<Dataset> {
  const { paths, sources, archives, dimensions, findings, splitFile, splitSeed, notes } = opening;
  const archive = archives[0];
  if (archive && archives.length + sources.length > 1) {
    throw new DatasetError(
      `${paths.join(', ')}: labels come from one archive at a time`,
      'Fine-tune on each by itself, or write one CSV for all.',
    );
  }
  const found = archive
    ? labelledArchive(archive, use, wanted, opening)
    : await labelledRows(opening, use, wanted);
  const split = splitFile ? await splitByFile(splitFile, found.cases, splitSeed) : undefined;
  if (split) notes.push(split.note);
  const divided = split?.cases ?? found.cases;
  const cases = opening.resamplesMasks ? divided.map(withResampling) : divided;
  await checkFiles(cases, findings);
  checkRepeats(cases, findings);
  checkPatients(cases, findings);
  checkTraining(cases, findings);
  findings.throwIfAny(paths.join(', '));
  const oneSided = oneSidedClasses(cases, found.labelNames);
  // In a CSV a class of one kind is a mistake; in a small copy of an archive it is to be expected.
  if (archive) notes.push(...describeOneSided(oneSided));
  else refuseOneSided(paths.join(', '), oneSided, found);
  if (found.labelNames.length > 0) notes.push(`labels: ${found.labelNames.join(', ')}`);
  notes.push(`cases: ${describeSplits(cases)}`);
  return { ...found, cases, dimensions, notes };
}

function withResampling(item: Case): Case {
  return item.mask === undefined ? item : { ...item, resamplesMask: true };
}

async function labelledRows(
  opening: Opening,
  use: LabelledUse,
  wanted: readonly string[] | undefined,
): Promise<Labelled> {
  const { sources, findings, notes } = opening;
  if (use === 'detection') {
    throw new DatasetError(
      `${opening.paths.join(', ')}: a CSV names no places in a volume`,
      'Detection takes a folder in the layout of LUNA16.',
    );
  }
  const other = sources.find((source) => source.kind !== 'csv');
  if (other) {
    const found = sources.length === 1 ? await inFolders(opening, use, wanted) : undefined;
    if (found) return found;
    throw new DatasetError(
      `${other.path}: labels come from a CSV or a public archive, and this is a ${other.kind}`,
      'Give a CSV with a column "image" and the labels; or a folder with a folder for each class, or with ' +
        'folders "images" and "masks".',
    );
  }
  const usable = await usableCandidates(opening);
  const labelled = usable.filter((candidate) => !isUnlabelledRow(candidate));
  noteCount(notes, usable.length - labelled.length, 'rows without labels, left out');
  if (use === 'segmentation') {
    requireMaskColumn(sources, findings);
    const cases = labelled.map((candidate) => toCase(candidate, use, findings));
    return { cases, labelNames: [], ...(await namedMasks(sources, findings)), problems: [] };
  }
  const labelling = use === 'classification' ? classLabelling : numberLabelling;
  const { of, ...named } = labelling(sources, wanted, findings);
  const cases = labelled.map((candidate) => ({
    ...toCase(candidate, use, findings),
    ...of(candidate),
  }));
  return { cases, ...named, problems: [] };
}

/** Cases of a folder whose names say what they show; undefined where they do not. */
async function inFolders(
  opening: Opening,
  use: LabelledUse,
  wanted: readonly string[] | undefined,
): Promise<Labelled | undefined> {
  const { notes, findings } = opening;
  const candidates = await usableCandidates(opening);
  if (candidates.length === 0) refuseOtherKind(opening);
  const source = { ...opening.sources[0]!, candidates };
  if (use === 'classification') {
    const found = classFolders(source);
    if (!found) return undefined;
    if (wanted) findings.add('classes come from the folders; not to be chosen', wanted.join(', '));
    return { ...found, problems: [] };
  }
  const found = use === 'segmentation' ? await maskFolders(source) : undefined;
  if (!found) return undefined;
  noteCount(notes, candidates.length - found.cases.length, 'images without a mask, left out');
  return { ...found, ...(await namedMasks(opening.sources, findings)), problems: [] };
}

function labelledArchive(
  archive: Archive,
  use: LabelledUse,
  wanted: readonly string[] | undefined,
  { dimensions, findings, notes }: Opening,
): Labelled {
  const { path, layout, content } = archive;
  if (!layout.uses.includes(use) || layout.dimensions !== dimensions) {
    const what = layout.dimensions === dimensions ? use : `${dimensions}D`;
    throw new DatasetError(
      `${path}: ${layout.title} has nothing for ${what}`,
      `It is ${layout.dimensions}D, for ${layout.uses.join(', ')}.`,
    );
  }
  noteMissing([archive], notes);
  const { regions, channelNames } = content;
  const chosen =
    use === 'classification'
      ? chosenLabels(content, wanted, findings)
      : { cases: content.cases, labelNames: [] };
  return {
    ...chosen,
    ...(use === 'classification' && content.exclusive ? { exclusive: true } : {}),
    ...(use === 'regression' && content.targetName !== undefined
      ? { targetName: content.targetName }
      : {}),
    ...(use === 'segmentation' && regions ? { regions } : {}),
    ...(use === 'segmentation' && channelNames ? { channelNames } : {}),
    problems: [],
  };
}

async function checkFiles(cases: readonly Case[], findings: Findings): Promise<void> {
  const lungs = cases.flatMap(({ lungMask }) =>
    lungMask ? [{ path: lungMask, shown: lungMask }] : [],
  );
  await existing(lungs, 'missing lung masks', findings);
  const masks = cases.flatMap(({ mask }) => (mask ? [{ path: mask, shown: mask }] : []));
  const there = new Set((await existing(masks, 'missing masks', findings)).map(({ path }) => path));
  await checkHeaders(
    cases.filter(({ mask }) => mask === undefined || there.has(mask)),
    findings,
  );
}

type OneSided = ReturnType<typeof oneSidedClasses>;

function describeOneSided(oneSided: OneSided): string[] {
  return (['positive', 'negative'] as const).flatMap((side) => {
    const names = oneSided.filter(({ lacks }) => lacks === side).map(({ name }) => name);
    const what = `classes without a ${side} case in the training part`;
    return names.length > 0 ? [`${what}: ${listed(names)}`] : [];
  });
}

/** @throws {DatasetError} there are such classes; it names the setting that learns the others */
function refuseOneSided(
  source: string,
  oneSided: OneSided,
  { labelNames, exclusive }: Pick<Labelled, 'labelNames' | 'exclusive'>,
): void {
  if (oneSided.length === 0) return;
  const lines = describeOneSided(oneSided).map((line) => `\n  - ${line}`);
  const others = labelNames.filter((name) => oneSided.every((found) => found.name !== name));
  const names = others.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name)));
  // Of classes that exclude each other none can be left out: its images would have no class.
  const canChoose = others.length > 0 && !exclusive;
  throw new DatasetError(
    `${source} cannot be used:${lines.join('')}`,
    `Put cases with and without them into the training part${
      canChoose ? `, or learn the others: --set 'labelNames=[${names.join(', ')}]'` : ''
    }.`,
  );
}

function requireMaskColumn(opened: readonly Source[], findings: Findings): void {
  for (const source of opened) {
    if (source.columns.includes('label')) continue;
    findings.add('no column "label" with the paths of the masks in', source.path);
  }
}
