import { meanOfDefined } from '../metrics/index.js';
import type { Figures } from './task.js';

/**
 * Means over the cases.
 *
 * @param rows Dice of each class, then the 95 % Hausdorff distance of each: NaN where there is none
 */
export function segmentationFigures(
  rows: readonly (readonly number[])[],
  classes: number,
  unit: 'mm' | 'pixels',
): Figures {
  const columns = Array.from({ length: 2 * classes }, (_, at) => rows.map((row) => row[at]!));
  const perClass = columns.slice(0, classes).map(meanOfKnown);
  const distances = columns.slice(classes);
  const means = distances.map(meanOfKnown);
  return {
    perClass,
    mean: meanOfKnown(perClass),
    hausdorff95: {
      unit,
      perClass: means,
      mean: meanOfKnown(means),
      without: distances.map((values) => values.filter(Number.isNaN).length),
    },
  };
}

function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.map((value) => (value === null || Number.isNaN(value) ? undefined : value));
  return meanOfDefined(known) ?? null;
}
