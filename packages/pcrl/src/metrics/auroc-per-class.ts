import { EvaluationError } from '../errors.js';
import { auroc } from './auroc.js';

/** AUROC of a multi-label classifier. */
export interface AurocPerClass {
  /** One value a class; `undefined` where it cannot be computed. */
  readonly perClass: readonly (number | undefined)[];
  /** Unweighted mean over the classes that have a value; `undefined` when none has. */
  readonly mean: number | undefined;
  /** Classes that the mean leaves out, and why. */
  readonly leftOut: readonly { readonly index: number; readonly reason: string }[];
}

/**
 * AUROC of each class and their mean.
 *
 * @param scores `[N, C]` row-major, one row a case
 * @param labels `[N, C]` row-major: 1, 0, or NaN where a label is not known
 * @param classes C
 * @throws EvaluationError when the arrays do not hold whole rows, or as {@link auroc} does
 */
export function aurocPerClass(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): AurocPerClass {
  const perClass: (number | undefined)[] = [];
  const leftOut: { index: number; reason: string }[] = [];
  for (let index = 0; index < classes; index++) {
    const classLabels = column(labels, index, classes);
    const value = auroc(column(scores, index, classes), classLabels);
    perClass.push(value);
    if (value === undefined) {
      const absent = classLabels.includes(1) ? 'negative' : 'positive';
      leftOut.push({ index, reason: `no ${absent} case` });
    }
  }
  return { perClass, mean: meanOfDefined(perClass), leftOut };
}

/** Column `index` of a row-major table with `columns` columns. */
export function column(table: ArrayLike<number>, index: number, columns: number): Float64Array {
  if (!Number.isInteger(table.length / columns)) {
    throw new EvaluationError(
      `${table.length} values do not make rows of ${columns} classes`,
      'Give one value for every class of every case.',
    );
  }
  return Float64Array.from(
    { length: table.length / columns },
    (_, row) => table[row * columns + index]!,
  );
}

/** Mean of the values that are defined; `undefined` when none is. */
export function meanOfDefined(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  if (defined.length === 0) return undefined;
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
