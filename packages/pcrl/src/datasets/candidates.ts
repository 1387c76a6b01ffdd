import { DatasetError } from '../errors.js';
import { imageDimensions } from '../images/index.js';
import type { Candidate } from './candidate.js';
import { existing } from './checks.js';
import type { Findings } from './findings.js';
import { noImages, noteCount, type Opening } from './opening.js';
import { isInside } from './source.js';

/** The images of folders, CSVs and lists that are there and of the wanted dimensions. */
export async function usableCandidates({
  sources,
  dimensions,
  findings,
  notes,
}: Opening): Promise<Candidate[]> {
  const all = sources.flatMap((source) => source.candidates);
  const fitting = withDimensions(all, dimensions, notes, findings);
  const inside = fitting.filter(({ image, folder, shown }) => {
    const fine = folder === undefined || isInside(folder, image);
    if (!fine) findings.add('images outside the folder of the CSV', shown);
    return fine;
  });
  const items = inside.map((candidate) => ({ ...candidate, path: candidate.image }));
  return existing(items, 'missing images', findings);
}

/**
 * Whether sources hold pictures or volumes.
 *
 * @throws DatasetError when both are there, or neither.
 */
export function detectDimensions(
  paths: readonly string[],
  { sources, archives }: Pick<Opening, 'sources' | 'archives'>,
): 2 | 3 {
  const candidates = sources.flatMap((source) => source.candidates);
  const count = (dimensions: 2 | 3) =>
    candidates.filter((candidate) => dimensionsOf(candidate) === dimensions).length +
    archives.reduce(
      (sum, { layout, content }) =>
        sum + (layout.dimensions === dimensions ? content.cases.length : 0),
      0,
    );
  const pictures = count(2);
  const volumes = count(3);
  if (pictures > 0 && volumes > 0) {
    throw new DatasetError(
      `${paths.join(', ')}: pictures (2D): ${pictures}, volumes (3D): ${volumes}; one dataset has one kind`,
      'Say which to use with --dims 2 or --dims 3.',
    );
  }
  if (pictures + volumes === 0) throw noImages(paths, archiveLack(archives));
  return pictures > 0 ? 2 : 3;
}

function dimensionsOf({ image, dimensions }: Candidate): 2 | 3 | undefined {
  return dimensions ?? imageDimensions(image);
}

function archiveLack(archives: Opening['archives']): string {
  const first = archives.flatMap(({ content }) => content.missing ?? [])[0];
  return first ? ` (${first.path}: ${first.reason})` : '';
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
    const found = dimensionsOf(candidate);
    if (found === dimensions) fitting.push(candidate);
    else if (found === undefined) findings.add('files that cannot be read', candidate.shown);
    else if (candidate.row) findings.add(`${found}D images, not ${dimensions}D`, candidate.shown);
    else others++;
  }
  noteCount(notes, others, `images that are not ${dimensions}D, left out`);
  return fitting;
}
