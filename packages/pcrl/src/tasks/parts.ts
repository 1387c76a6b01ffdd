import { type Case, type Dataset, PAPER_SHARES, splitByPatient } from '../datasets/index.js';
import { DatasetError } from '../errors.js';
import type { RunIO } from '../training/run-io.js';

/** The three parts of a labelled data set. */
export interface DatasetParts {
  readonly train: readonly Case[];
  readonly val: readonly Case[];
  readonly test: readonly Case[];
}

/**
 * The parts that the column `split` names; without one, 70, 10 and 20 % of the patients at random, the
 * same for every seed of a run.
 *
 * @throws {DatasetError} there is nothing to train on or to test on
 */
export function partsOf({ cases }: Dataset, splitSeed: number, io: RunIO): DatasetParts {
  const isSplit = cases.some(({ split }) => split !== undefined);
  if (!isSplit) io.say('no column "split": 70 / 10 / 20 % of the patients train, validate, test');
  const assigned = isSplit ? cases : splitByPatient(cases, PAPER_SHARES, splitSeed);
  const part = (name: 'train' | 'val' | 'test') => assigned.filter(({ split }) => split === name);
  const parts = { train: part('train'), val: part('val'), test: part('test') };
  const missing = (['train', 'test'] as const).filter((name) => parts[name].length === 0);
  if (missing.length > 0) {
    throw new DatasetError(
      `no case has the split ${missing.join(' or ')}`,
      'Name train, val and test in the column "split", or leave that column out.',
    );
  }
  if (parts.val.length === 0) {
    io.warn('no case has the split val: the last weights are kept, whatever they are worth');
  }
  return parts;
}
