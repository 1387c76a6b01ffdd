import { DatasetError } from '../errors.js';
import { imageDimensions, imageExtensions } from '../images/index.js';
import { checkClasses, checkPatients, checkRepeats, describeSplits, existing } from './checks.js';
import type { Case, Dataset, Use } from './dataset.js';
import { Findings } from './findings.js';
import { checkHeaders } from './headers.js';
import { labelColumns } from './label-columns.js';
import { toCase } from './rows.js';
import { type Candidate, isInside, isUnlabelledRow, openSource, type Source } from './source.js';

export interface DatasetOptions {
  /** 2 for pictures, 3 for volumes; found out from the file names when left out. */
  readonly dimensions?: 2 | 3;
  /**
   * `'unlabelled'` (default) takes images from anything, leaves out rows of the val and test splits,
   * and returns what cannot be used in `problems`. `'classification'` and `'segmentation'` take CSVs
   * and refuse a dataset with any problem.
   */
  readonly use?: Use;
  /** The CSV columns with classification labels; all columns of 0 and 1 when left out. */
  readonly labels?: readonly string[];
}

/**
 * Opens folders, CSVs, lists and single images as one dataset.
 *
 * A CSV has a column `image` (relative to its own folder, and not outside it) and may have
 * `patient_id`, `split` (train, val, test; pretrain and unlabelled rows are training images for
 * unlabelled use and left out otherwise), `order`, label columns of 0 and 1, and `label` (a mask).
 *
 * @throws DatasetError that lists everything wrong at once.
 */
export async function openDataset(
  sources: readonly string[],
  options: DatasetOptions = {},
): Promise<Dataset> {
  const use = options.use ?? 'unlabelled';
  const opened: Source[] = [];
  for (const path of sources) opened.push(await openSource(path));
  const notes = opened.flatMap((source) => source.notes);
  const all = opened.flatMap((source) => source.candidates);
  const findings = new Findings();
  const dimensions = options.dimensions ?? detectDimensions(sources, all);
  const usable = await usableImages(withDimensions(all, dimensions, notes, findings), findings);
  const context = { sources, opened, usable, dimensions, notes, findings };
  return use === 'unlabelled'
    ? unlabelledDataset(context)
    : labelledDataset(context, use, options.labels);
}

interface Opening {
  readonly sources: readonly string[];
  readonly opened: readonly Source[];
  readonly usable: readonly Candidate[];
  readonly dimensions: 2 | 3;
  readonly notes: string[];
  readonly findings: Findings;
}

function unlabelledDataset({ sources, usable, dimensions, notes, findings }: Opening): Dataset {
  const cases = usable.map((candidate) => toCase(candidate, 'unlabelled', [], findings));
  const once = [...new Map(cases.map((item) => [item.image, item])).values()];
  const training = once.filter((item) => (item.split ?? 'train') === 'train');
  noteCount(notes, cases.length - once.length, 'images named more than once, used once');
  noteCount(notes, once.length - training.length, 'images of the val and test splits, left out');
  const problems = findings.problems;
  if (training.length === 0) {
    const why = problems[0] ? ` (${problems[0].path}: ${problems[0].reason})` : '';
    throw noImages(sources, why);
  }
  return { dimensions, cases: training, labelNames: [], problems, notes };
}

function labelledDataset(
  { sources, opened, usable, dimensions, notes, findings }: Opening,
  use: 'classification' | 'segmentation',
  wanted: readonly string[] | undefined,
): Promise<Dataset> {
  const other = opened.find((source) => source.kind !== 'csv');
  if (other) {
    throw new DatasetError(
      `${other.path}: labels come from a CSV, and this is a ${other.kind}`,
      'Give a CSV with a column "image" and the labels.',
    );
  }
  const labelled = usable.filter((candidate) => !isUnlabelledRow(candidate));
  noteCount(notes, usable.length - labelled.length, 'rows without labels, left out');
  const labelNames = use === 'classification' ? labelColumns(opened, wanted, findings) : [];
  if (use === 'segmentation') requireMaskColumn(opened, findings);
  const cases = labelled.map((candidate) => toCase(candidate, use, labelNames, findings));
  return finishLabelled({ sources, cases, labelNames, dimensions, notes, findings });
}

async function finishLabelled(part: {
  readonly sources: readonly string[];
  readonly cases: readonly Case[];
  readonly labelNames: readonly string[];
  readonly dimensions: 2 | 3;
  readonly notes: string[];
  readonly findings: Findings;
}): Promise<Dataset> {
  const { sources, cases, labelNames, dimensions, notes, findings } = part;
  const masks = cases.flatMap(({ mask }) => (mask ? [{ path: mask, shown: mask }] : []));
  const there = new Set((await existing(masks, 'missing masks', findings)).map(({ path }) => path));
  await checkHeaders(
    cases.filter(({ mask }) => mask === undefined || there.has(mask)),
    findings,
  );
  checkRepeats(cases, findings);
  checkPatients(cases, findings);
  checkClasses(cases, labelNames, findings);
  findings.throwIfAny(sources.join(', '));
  if (labelNames.length > 0) notes.push(`labels: ${labelNames.join(', ')}`);
  notes.push(`cases: ${describeSplits(cases)}`);
  return { dimensions, cases, labelNames, problems: [], notes };
}

function requireMaskColumn(opened: readonly Source[], findings: Findings): void {
  for (const source of opened) {
    if (source.columns.includes('label')) continue;
    findings.add('no column "label" with the paths of the masks in', source.path);
  }
}

/** @throws DatasetError when pictures and volumes are mixed, or there is neither. */
function detectDimensions(sources: readonly string[], candidates: readonly Candidate[]): 2 | 3 {
  const count = (dimensions: 2 | 3) =>
    candidates.filter(({ image }) => imageDimensions(image) === dimensions).length;
  const pictures = count(2);
  const volumes = count(3);
  if (pictures > 0 && volumes > 0) {
    throw new DatasetError(
      `${sources.join(', ')}: pictures (2D): ${pictures}, volumes (3D): ${volumes}; one dataset has one kind`,
      'Say which to use with --dims 2 or --dims 3.',
    );
  }
  if (pictures + volumes === 0) throw noImages(sources, '');
  return pictures > 0 ? 2 : 3;
}

/** Leaves out images of other dimensions; in a CSV, where each row was meant, that is a problem. */
function withDimensions(
  candidates: readonly Candidate[],
  dimensions: 2 | 3,
  notes: string[],
  findings: Findings,
): Candidate[] {
  const fitting: Candidate[] = [];
  let others = 0;
  for (const candidate of candidates) {
    const found = imageDimensions(candidate.image);
    if (found === dimensions) fitting.push(candidate);
    else if (found === undefined) findings.add('files of a kind that is not read', candidate.shown);
    else if (candidate.row) findings.add(`${found}D images, not ${dimensions}D`, candidate.shown);
    else others++;
  }
  noteCount(notes, others, `images that are not ${dimensions}D, left out`);
  return fitting;
}

async function usableImages(candidates: readonly Candidate[], findings: Findings) {
  const inside = candidates.filter(({ image, folder, shown }) => {
    const fine = folder === undefined || isInside(folder, image);
    if (!fine) findings.add('images outside the folder of the CSV', shown);
    return fine;
  });
  const items = inside.map((candidate) => ({ ...candidate, path: candidate.image }));
  return existing(items, 'missing images', findings);
}

function noteCount(notes: string[], count: number, what: string): void {
  if (count > 0) notes.push(`${what}: ${count.toLocaleString('en')}`);
}

function noImages(sources: readonly string[], why: string): DatasetError {
  return new DatasetError(
    `${sources.join(', ') || 'no source given'}: no image to use${why}`,
    `Images read: ${imageExtensions.join(' ')}`,
  );
}
