import type { Case } from './dataset.js';
import { listed } from './findings.js';
import { labelledSubset } from './split.js';

/** A labelled subset, and what it was taken from. */
export interface SubsetRequest {
  readonly train: readonly Case[];
  readonly labelled: readonly Case[];
  /** In the order of `Case.labels`. */
  readonly classes: readonly string[];
  /** That the subset was drawn by. */
  readonly seed: number;
}

/**
 * Says which classes a labelled subset shows one side of (no positive, or no negative case) although the
 * training part shows both, and the smallest share of labels that shows both of every class.
 *
 * @returns undefined where nothing is missing
 */
export function missingClasses(request: SubsetRequest): string | undefined {
  const { seed } = request;
  const train = request.train.map(withFindings);
  const labelled = request.labelled.map(withFindings);
  const hasCandidates = train.some(({ candidates }) => candidates !== undefined);
  const classes = hasCandidates ? ['nodule'] : request.classes;
  const missing = (['positive', 'negative'] as const).flatMap((side) => {
    const names = classes.filter((_, at) => has(train, at, side) && !has(labelled, at, side));
    return names.length > 0 ? [`no ${side} case of ${listed(names)}`] : [];
  });
  if (missing.length === 0) return undefined;
  const enough = smallestSufficient(train, classes, seed);
  const percent = Math.ceil((enough / train.length) * 1000) / 10;
  return (
    `the ${labelled.length} labelled cases hold ${missing.join(' and ')}; ` +
    `the smallest share that holds both sides of every class is ${percent}% (${enough} cases)`
  );
}

/** A scan with candidates shows one side only: a finding, where it has one. */
function withFindings(item: Case): Case {
  if (!item.candidates) return item;
  const isThere = item.candidates.some(({ label }) => label === 1);
  return { ...item, labels: [isThere ? 1 : Number.NaN] };
}

/** Subsets are nested, so the smallest that is enough is found by halving. */
function smallestSufficient(
  train: readonly Case[],
  classes: readonly string[],
  seed: number,
): number {
  const wanted = classes.flatMap((_, at) =>
    (['positive', 'negative'] as const)
      .filter((side) => has(train, at, side))
      .map((side) => ({ at, side })),
  );
  const suffices = (count: number) => {
    const subset = labelledSubset(train, { count }, seed);
    return wanted.every(({ at, side }) => has(subset, at, side));
  };
  let [low, high] = [1, train.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function has(cases: readonly Case[], at: number, side: 'positive' | 'negative'): boolean {
  const value = side === 'positive' ? 1 : 0;
  return cases.some(({ labels }) => labels?.[at] === value);
}
