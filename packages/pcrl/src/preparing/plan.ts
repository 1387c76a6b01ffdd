import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Case, Problem } from '../datasets/index.js';
import type { Survey } from '../datasets/survey.js';
import { DatasetError } from '../errors.js';
import { readImageDimensions } from '../images/index.js';

/** A case with its name in the cache. */
export interface PlannedCase {
  readonly id: string;
  readonly item: Case;
}

const ID_DIGITS = 10;
const AT_ONCE = 32;

/** Names the cases of a survey, each image once. The name follows from the image's path alone. */
export function planCases({ cases }: Pick<Survey, 'cases'>): readonly PlannedCase[] {
  const once = [...new Map(cases.map((item) => [item.image, item])).values()];
  return once.map((item) => ({ id: idOf(item.image), item }));
}

/** The file's name, readable, and enough of a hash of its path to tell it from others. */
export function idOf(path: string): string {
  const stem = basename(path).replace(/(\.[A-Za-z0-9]+){1,2}$/, '');
  const readable = stem
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_-]+/gu, '_')
    .slice(0, 40);
  const hash = createHash('sha256').update(path).digest('hex').slice(0, ID_DIGITS);
  return `${readable || 'case'}-${hash}`;
}

/**
 * Whether cases are pictures or volumes.
 *
 * @throws {DatasetError} there are both, or none
 */
export async function dimensionsOf(
  paths: readonly string[],
  { cases, problems }: Pick<Survey, 'cases'> & { readonly problems: readonly Problem[] },
): Promise<2 | 3> {
  const counts = { 2: 0, 3: 0 };
  for (let start = 0; start < cases.length; start += AT_ONCE) {
    const some = cases.slice(start, start + AT_ONCE);
    await Promise.all(
      some.map(async ({ image }) => {
        const found = await readImageDimensions(image).catch(() => undefined);
        if (found) counts[found]++;
      }),
    );
  }
  const shown = paths.join(', ');
  if (counts[2] > 0 && counts[3] > 0) {
    throw new DatasetError(
      `${shown}: pictures (2D): ${counts[2]}, volumes (3D): ${counts[3]}; a cache holds one kind`,
      'Prepare them into two caches, from folders or lists that hold one kind each.',
    );
  }
  if (counts[2] + counts[3] > 0) return counts[2] > 0 ? 2 : 3;
  const first = problems[0];
  throw new DatasetError(
    `${shown}: no image to prepare${first ? ` (${first.path}: ${first.reason})` : ''}`,
    'Check the path; `pcrl data inspect` says what is wrong with each file.',
  );
}
