import { type Dataset, readMask } from '../datasets/index.js';
import { DatasetError, ImageError } from '../errors.js';
import { readImageHeader } from '../images/index.js';

const SHOWN = 10;

/** The label values of all masks of a data set, rising, the background's 0 left out. */
export async function labelsInMasks(dataset: Dataset): Promise<readonly number[]> {
  const found = new Set<number>();
  const problems: string[] = [];
  for (const item of dataset.cases) {
    try {
      const mask = await readMask(item, await readImageHeader(item.image));
      for (const label of distinct(mask.voxels)) found.add(label);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      problems.push(`    ${error.path}: ${error.reason}`);
    }
  }
  if (problems.length > 0) throw unusable(problems);
  const labels = [...found].filter((label) => label !== 0).sort((a, b) => a - b);
  if (labels.length > 0) return labels;
  throw new DatasetError('every mask is empty', 'Mark what is to be found with values above 0.');
}

/** Lists what is wrong with labelled images, before the first step. */
export function unusable(problems: readonly string[]): DatasetError {
  const more = problems.length - SHOWN;
  const lines = [...problems.slice(0, SHOWN), ...(more > 0 ? [`    and ${more} more`] : [])];
  return new DatasetError(
    `labelled images cannot be used:\n${lines.join('\n')}`,
    'Correct these or take them out; nothing has been trained.',
  );
}

function distinct(voxels: Float32Array): Set<number> {
  const seen = new Uint8Array(256);
  for (let i = 0; i < voxels.length; i++) seen[voxels[i]!] = 1;
  return new Set([...seen.keys()].filter((label) => seen[label] === 1));
}
