import { DatasetError } from '../errors.js';
import { imageDimensions } from '../images/index.js';
import type { Candidate } from './candidate.js';
import { existing } from './checks.js';
import type { Findings } from './findings.js';
import { noImages, noteCount, type Opening } from './opening.js';

/** The images of folders, CSVs and lists that are there and of the wanted dimensions. */
export async function usableCandidates({
  sources,
  dimensions,
  findings,
  notes,
}: Opening): Promise<Candidate[]> {
  const all = sources.flatMap((source) => source.candidates);
  const fitting = withDimensions(all, dimensions, notes, findings);
  const items = fitting.map((candidate) => ({ ...candidate, path: candidate.image }));
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
  const pictures = countOf(2, { sources, archives });
  const volumes = countOf(3, { sources, archives });
  if (pictures > 0 && volumes > 0) {
    throw new DatasetError(
      `${paths.join(', ')}: pictures (2D): ${pictures}, volumes (3D): ${volumes}; one dataset has one kind`,
      'Say which to use with --dims 2 or --dims 3.',
    );
  }
  if (pictures + volumes === 0) throw noImages(paths, archiveLack(archives));
  return pictures > 0 ? 2 : 3;
}

/** How many pictures (2) or volumes (3) there are. */
function countOf(
  dimensions: 2 | 3,
  { sources, archives }: Pick<Opening, 'sources' | 'archives'>,
): number {
  const candidates = sources.flatMap((source) => source.candidates);
  const fitting = archives.filter(({ layout }) => layout.dimensions === dimensions);
  return (
    candidates.filter((candidate) => dimensionsOf(candidate) === dimensions).length +
    fitting.reduce((sum, { content }) => sum + content.cases.length, 0)
  );
}

/** @throws {DatasetError} pictures were asked for and there are volumes, or the other way round */
export function refuseOtherKind(opening: Opening): void {
  const { paths, dimensions } = opening;
  const other = dimensions === 2 ? 3 : 2;
  const count = countOf(other, opening);
  if (count === 0) return;
  const [wanted, there] = dimensions === 2 ? ['pictures', 'volumes'] : ['volumes', 'pictures'];
  throw new DatasetError(
    `${paths.join(', ')}: no ${wanted} (${dimensions}D); ${there} (${other}D), left out: ${count.toLocaleString('en')}`,
    `Say --dims ${other} to use those.`,
  );
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
