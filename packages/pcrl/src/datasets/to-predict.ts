import type { Case, Problem, Use } from './dataset.js';
import { Findings } from './findings.js';
import { LAYOUT_DEFAULTS } from './layouts/layout.js';
import { noImages, openPaths } from './opening.js';

/** Images whose answers are wanted. */
export interface ImagesToPredict {
  readonly cases: readonly Case[];
  /** What turned out to be no image while folders were looked through. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * All images of files, folders, CSVs, lists and public archives, whatever split they belong to. They are
 * not opened: what is wrong with one is found out when it is read.
 *
 * @param use `prediction` gives whole cases of archives whose cases have several channels, `unlabelled` each
 *   channel as an image, `detection` scans with their candidates
 * @throws {DatasetError} a path does not exist or is of no known kind, or there is no image
 */
export async function openToPredict(
  paths: readonly string[],
  use: Extract<Use, 'unlabelled' | 'prediction' | 'detection'>,
): Promise<ImagesToPredict> {
  const findings = new Findings();
  const { sources, archives, notes } = await openPaths(paths, {
    use,
    options: LAYOUT_DEFAULTS,
    findings,
  });
  const listed = sources.flatMap(({ candidates }) =>
    candidates.map(({ image, patient }): Case => ({ image, ...(patient ? { patient } : {}) })),
  );
  const all = [...listed, ...archives.flatMap(({ content }) => content.cases)];
  const cases = [...new Map(all.map((item) => [item.image, item])).values()];
  const { problems } = findings;
  if (cases.length === 0) {
    const why = problems[0] ? ` (${problems[0].path}: ${problems[0].reason})` : '';
    throw noImages(paths, why);
  }
  return { cases, problems, notes };
}
