/** A test case of whose class a network is sure, and wrong. */
export interface ConfidentError {
  /** Which of the test cases. */
  readonly at: number;
  /** Which of the classes. */
  readonly label: number;
  readonly kind: 'missed' | 'false alarm';
  readonly score: number;
  /** Of the cases on the other side of the class: the share that the network ranks on the wrong side of it. */
  readonly wrongSide: number;
}

/** Below this, most of the other side is ranked right. */
const LEAST_WRONG = 0.5;

/**
 * The most confident errors: positives that score below the largest share of the negatives of their class
 * (missed), and negatives that score above the largest share of the positives (false alarms). So each is
 * held against its own class: scores of rare classes are low altogether. One a case.
 *
 * @param rows scores of the classes, then their labels (NaN where not known), a row a case
 * @param count of each kind
 */
export function confidentErrors(
  rows: readonly (readonly number[])[],
  classes: number,
  count: number,
): readonly ConfidentError[] {
  const all = Array.from({ length: classes }, (_, label) => errorsOf(rows, label, classes)).flat();
  const taken = new Set<number>();
  const worst = (kind: ConfidentError['kind']) => {
    const sign = kind === 'missed' ? 1 : -1;
    const ranked = all
      .filter((error) => error.kind === kind)
      .sort((a, b) => b.wrongSide - a.wrongSide || sign * (a.score - b.score));
    const chosen: ConfidentError[] = [];
    for (const error of ranked) {
      if (chosen.length === count) break;
      if (taken.has(error.at)) continue;
      taken.add(error.at);
      chosen.push(error);
    }
    return chosen;
  };
  return [...worst('missed'), ...worst('false alarm')];
}

function errorsOf(
  rows: readonly (readonly number[])[],
  label: number,
  classes: number,
): readonly ConfidentError[] {
  const scores = (truth: number) =>
    rows
      .flatMap((row) => (row[classes + label] === truth ? [row[label]!] : []))
      .sort((a, b) => a - b);
  const [negatives, positives] = [scores(0), scores(1)];
  return rows.flatMap((row, at): ConfidentError[] => {
    const score = row[label]!;
    const truth = row[classes + label];
    if (truth !== 0 && truth !== 1) return [];
    const isMissed = truth === 1;
    const wrongSide = isMissed ? 1 - shareBelow(negatives, score) : shareBelow(positives, score);
    if (!(wrongSide > LEAST_WRONG)) return [];
    return [{ at, label, kind: isMissed ? 'missed' : 'false alarm', score, wrongSide }];
  });
}

/** Share of rising values that are smaller, equal ones half; not a number where there are none. */
function shareBelow(sorted: readonly number[], value: number): number {
  const below = firstNot(sorted, (each) => each < value);
  const upTo = firstNot(sorted, (each) => each <= value);
  return (below + upTo) / 2 / sorted.length;
}

function firstNot(sorted: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
