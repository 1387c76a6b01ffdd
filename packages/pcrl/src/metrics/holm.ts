/**
 * Corrects p values for the number of comparisons (Holm 1979): the smallest times their number, the next
 * times one less, and so on, none below one before it, none above 1.
 *
 * @returns in the order given
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let highest = 0;
  order.forEach((at, rank) => {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[at]!));
    corrected[at] = highest;
  });
  return corrected;
}
