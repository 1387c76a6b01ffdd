import { RandomStream } from '@pcrl/torch';
import { DatasetError } from '../errors.js';
import { type Case, patientOf, type Split } from './dataset.js';

/** How many of the training cases carry labels: all, a share of them, or a number of them. */
export type LabelBudget = 'all' | { readonly ratio: number } | { readonly count: number };

/** The paper's shares of the patients. */
export const PAPER_SHARES: Readonly<Record<Split, number>> = { train: 0.7, val: 0.1, test: 0.2 };

/**
 * Takes the cases that count as labelled, whole patients at a time.
 *
 * Patients come in the order of their lowest `order` where every case has one, else in a shuffle
 * that depends on the seed alone. The subset is the shortest run of patients that holds at least the
 * wanted number of cases (a ratio is rounded to the nearest case, at least one). So a smaller budget
 * always gives a part of a larger one.
 *
 * @returns the chosen cases, in the order in which they were given
 * @throws DatasetError when the budget is not above 0 or exceeds the cases there are.
 */
export function labelledSubset(
  cases: readonly Case[],
  budget: LabelBudget,
  seed: number,
): readonly Case[] {
  if (budget === 'all') return cases;
  const wanted = wantedCases(cases.length, budget);
  const sizes = countByPatient(cases);
  const chosen = new Set<string>();
  let taken = 0;
  for (const patient of patientOrder(cases, seed)) {
    if (taken >= wanted) break;
    chosen.add(patient);
    taken += sizes.get(patient)!;
  }
  return cases.filter((item) => chosen.has(patientOf(item)));
}

/**
 * Assigns every case a split at random, whole patients at a time: of the shuffled patients the first
 * part goes to train, the next to val, the last to test. Cuts are rounded to the nearest patient, and
 * a split with a share above 0 gets at least one.
 *
 * @throws DatasetError when there are fewer patients than splits, or the shares do not add up to 1.
 */
export function splitByPatient(
  cases: readonly Case[],
  shares: Readonly<Record<Split, number>>,
  seed: number,
): readonly Case[] {
  const splits = (['train', 'val', 'test'] as const).filter((split) => shares[split] > 0);
  const total = splits.reduce((sum, split) => sum + shares[split], 0);
  const patients = shuffledPatients(cases, seed, 'split');
  if (Math.abs(total - 1) > 1e-6 || patients.length < splits.length) {
    throw new DatasetError(
      `cannot split ${patients.length} patients into ${splits.map((s) => `${s} ${shares[s]}`).join(', ')}`,
      'Shares add up to 1, and each split needs a patient; or name the splits in a column "split".',
    );
  }
  const assigned = new Map<string, Split>();
  let start = 0;
  let share = 0;
  splits.forEach((split, index) => {
    share += shares[split];
    const left = splits.length - index - 1;
    const cut = Math.round(share * patients.length);
    const end = Math.min(Math.max(cut, start + 1), patients.length - left);
    for (const patient of patients.slice(start, end)) assigned.set(patient, split);
    start = end;
  });
  return cases.map((item) => ({ ...item, split: assigned.get(patientOf(item))! }));
}

function wantedCases(available: number, budget: Exclude<LabelBudget, 'all'>): number {
  const wanted =
    'count' in budget ? budget.count : Math.max(1, Math.round(budget.ratio * available));
  const whole = 'ratio' in budget ? budget.ratio > 0 : Number.isInteger(wanted) && wanted > 0;
  if (whole && wanted <= available) return wanted;
  const asked = 'count' in budget ? `${budget.count} cases` : `a share of ${budget.ratio}`;
  throw new DatasetError(
    `cannot label ${asked}: the training part has ${available} cases`,
    'Ask for a share from above 0 to 1, or for a number of cases that there are.',
  );
}

function patientOrder(cases: readonly Case[], seed: number): readonly string[] {
  if (!cases.every((item) => item.order !== undefined)) {
    return shuffledPatients(cases, seed, 'labelled subset');
  }
  const lowest = new Map<string, number>();
  for (const item of cases) {
    const patient = patientOf(item);
    lowest.set(patient, Math.min(lowest.get(patient) ?? Infinity, item.order!));
  }
  return sortedPatients(cases).sort((a, b) => lowest.get(a)! - lowest.get(b)!);
}

function shuffledPatients(cases: readonly Case[], seed: number, purpose: string): string[] {
  return [...new RandomStream(seed, purpose).shuffle(sortedPatients(cases))];
}

/** Sorted, so that the order of a file's rows changes nothing. */
function sortedPatients(cases: readonly Case[]): string[] {
  return [...new Set(cases.map(patientOf))].sort();
}

function countByPatient(cases: readonly Case[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const item of cases) sizes.set(patientOf(item), (sizes.get(patientOf(item)) ?? 0) + 1);
  return sizes;
}
