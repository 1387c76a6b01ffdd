import { checkPatients, checkRepeats } from '../datasets/checks.js';
import { Findings } from '../datasets/findings.js';
import type { Case } from '../datasets/index.js';
import { surveyDataset } from '../datasets/survey.js';
import type { Raster } from '../pictures/index.js';
import type { CaseWatcher } from '../progress.js';
import { ContactSheet } from './contact-sheet.js';
import { Counter, Interrupted } from './counter.js';
import { checkDuplicates } from './duplicates.js';
import { readHeaders } from './headers.js';
import type { InspectedImage, Inspection } from './inspection.js';
import { checkSpacings } from './spacings.js';
import { readVoxels } from './voxels.js';

/** Cases whose voxels are read unless all are asked for. */
const SAMPLE = 48;
const TILES_ON_SHEET = 24;

export interface InspectionRequest {
  readonly paths: readonly string[];
  /** Read the voxels of every image, not of a sample. */
  readonly everyVoxel: boolean;
}

/** An inspection, and small pictures of some of the cases. */
export interface InspectionResult {
  readonly inspection: Inspection;
  /** Undefined where no image could be read. */
  readonly sheet: Raster | undefined;
}

/**
 * Looks at data before anything is trained on them: all names and headers, and the voxels of a sample at
 * even distances. What is wrong is gathered, not thrown.
 *
 * @returns undefined when it was interrupted
 * @throws {DatasetError} a path does not exist or is of no kind that is read
 */
export async function inspect(
  { paths, everyVoxel }: InspectionRequest,
  watcher: CaseWatcher,
): Promise<InspectionResult | undefined> {
  const survey = await surveyDataset(paths);
  const findings = new Findings();
  checkRepeats(survey.cases, findings);
  checkPatients(survey.cases, findings);
  try {
    const headers = await readHeaders(survey.cases, findings, watcher);
    checkSpacings(
      survey.cases.flatMap(({ image }) => headers.get(image) ?? []),
      findings,
    );
    await checkDuplicates(survey.cases, findings, watcher);
    const readable = survey.cases.filter(({ image }) => headers.has(image));
    const sample = everyVoxel ? readable : atEvenDistances(readable, SAMPLE);
    const { read, sheet } = await readSample(sample, findings, watcher);
    const problems = [...survey.problems, ...findings.problems];
    return { inspection: { ...survey, paths, headers, read, problems }, sheet };
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

async function readSample(sample: readonly Case[], findings: Findings, watcher: CaseWatcher) {
  const counter = new Counter(watcher, 'reading voxels', 'cases', sample.length);
  const channels = Math.max(1, ...sample.map((item) => item.channels?.length ?? 1));
  const drawn = new Set(atEvenDistances(sample, Math.floor(TILES_ON_SHEET / channels)));
  const sheet = new ContactSheet();
  const read: InspectedImage[] = [];
  for (const item of sample) {
    const found = await readVoxels(item, findings);
    if (found) read.push(found.inspected);
    if (found && drawn.has(item)) sheet.add(found);
    counter.add();
  }
  return { read, sheet: sheet.compose() };
}

/** At most so many of some things, from the first to the last. */
function atEvenDistances<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from(
    { length: count },
    (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!,
  );
}
