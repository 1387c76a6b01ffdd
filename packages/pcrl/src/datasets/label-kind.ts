import { isImagePath } from '../images/index.js';
import { isUnlabelledRow, type Source } from './source.js';

/** What a column holds: paths of masks, numbers to predict, or the name of one class of several. */
export type LabelKind = 'masks' | 'numbers' | 'classes';

/** The column that says one thing of each image. */
export const LABEL = 'label';

/** Of a column's values are of its kind; the others are slips of the pen. */
const SHARE = 0.8;
/** Whole numbers are names of classes as long as there are no more different ones. */
const MOST_NUMBERED_CLASSES = 20;

/**
 * What a column of tables holds: masks where its values are paths of images; numbers where they are numbers,
 * one of them not whole or more than 20 of them different; else classes.
 *
 * @returns undefined where no table has the column, or it is empty
 */
export function labelKind(sources: readonly Source[], column = LABEL): LabelKind | undefined {
  const values = valuesOf(sources, column);
  if (values.length === 0) return undefined;
  const mostly = (test: (value: string) => boolean) =>
    values.filter(test).length >= SHARE * values.length;
  if (mostly(isImagePath)) return 'masks';
  if (!mostly(isNumber)) return 'classes';
  const numbers = values.filter(isNumber).map(Number);
  const areNames =
    numbers.every(Number.isInteger) && new Set(numbers).size <= MOST_NUMBERED_CLASSES;
  return areNames ? 'classes' : 'numbers';
}

/** Different values of a column, as names of classes: numbers by size, others by their letters. */
export function classNames(sources: readonly Source[], column = LABEL): readonly string[] {
  const names = [...new Set(valuesOf(sources, column))];
  return names.every(isNumber)
    ? names.sort((a, b) => Number(a) - Number(b))
    : names.sort((a, b) => (a < b ? -1 : 1));
}

/** Whether a text is a finite number. */
export function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

function valuesOf(sources: readonly Source[], column: string): string[] {
  const rows = sources.flatMap(({ candidates }) =>
    candidates.filter((candidate) => !isUnlabelledRow(candidate)),
  );
  return rows.map(({ row }) => row?.values.get(column)?.trim() ?? '').filter((text) => text !== '');
}
