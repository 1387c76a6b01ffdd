import { meanDifference } from '../evaluation/comparison/figures.js';
import type { ComparableRuns } from '../evaluation/comparison/finetuned-run.js';
import { type Estimate, holm } from '../metrics/index.js';
import type { TableRow } from './table.js';

/** A row of a table held against the one that the recipe names, with the same labels. */
export interface RowTest {
  readonly labels: string;
  readonly arm: string;
  /** Its mean over the classes minus the reference's, on the same resamples of patients. */
  readonly difference: Estimate;
  /** p of no difference, corrected (Holm) for the number of these tests. */
  readonly correctedP: number;
}

/**
 * Holds rows against the reference row of their share of labels. Those from scratch are left out: every
 * row's gain over them is tested already.
 */
export function testRows(
  rows: readonly TableRow[],
  reference: string,
  runs: ComparableRuns,
): readonly RowTest[] {
  const found = rows.flatMap(({ labels, arm, ours }) => {
    const base = rows.find((row) => row.labels === labels && row.arm === reference)?.ours;
    if (!ours || !base || arm === reference || ours.group.from.kind === 'scratch') return [];
    const difference = meanDifference(ours.group, base.group, runs);
    return difference ? [{ labels, arm, difference }] : [];
  });
  const corrected = holm(found.map(({ difference }) => difference.pOfZero));
  return found.map((test, at) => ({ ...test, correctedP: corrected[at]! }));
}
