import type { Candidate } from './candidate.js';
import type { Case, Dataset } from './dataset.js';
import type { Findings } from './findings.js';
import { labelColumns, looksLikeLabel } from './label-columns.js';
import { classNames, isNumber, LABEL, labelKind } from './label-kind.js';
import { labelsOf } from './rows.js';
import type { Source } from './source.js';

/** What tables say of images, and how a row says it. */
export interface Labelling extends Pick<Dataset, 'labelNames' | 'exclusive' | 'targetName'> {
  of(candidate: Candidate): Pick<Case, 'labels' | 'target'>;
}

/**
 * The classes of tables: the values of one column, of which an image has one, where that column was asked for
 * or is called `label`; else the columns of 0 and 1, of which an image may have several.
 */
export function classLabelling(
  sources: readonly Source[],
  wanted: readonly string[] | undefined,
  findings: Findings,
): Labelling {
  const column = columnOfNames(sources, wanted);
  if (column === undefined) {
    const labelNames = labelColumns(sources, wanted, findings);
    return {
      labelNames,
      of: (candidate) => ({ labels: labelsOf(candidate, labelNames, findings) }),
    };
  }
  const names = classNames(sources, column);
  if (labelKind(sources, column) === 'numbers') {
    const what = `${column} (${names.length} different ones)`;
    findings.add('numbers, not classes: to learn them, --task regression, in the column', what);
  }
  if (names.length < 2) findings.add('one class only in the column', column);
  return oneOfClasses(column, names, findings);
}

/** Classes that exclude each other, named in a column. */
export function oneOfClasses(
  column: string,
  names: readonly string[],
  findings: Findings,
): Labelling {
  return {
    labelNames: names,
    exclusive: true,
    of: ({ row, shown }) => {
      const value = row?.values.get(column)?.trim() ?? '';
      if (value === '') findings.add(`rows without a class in the column "${column}"`, shown);
      return { labels: names.map((name) => Number(name === value)) };
    },
  };
}

/** A number of each image, in the column asked for or in `label`. */
export function numberLabelling(
  sources: readonly Source[],
  wanted: readonly string[] | undefined,
  findings: Findings,
): Labelling {
  const [column = LABEL, ...others] = wanted ?? [];
  if (others.length > 0)
    findings.add('one number is learnt at a time; left over', others.join(', '));
  for (const { path, columns } of sources) {
    if (!columns.includes(column)) findings.add(`no column "${column}" with numbers in`, path);
  }
  return numbersIn(column, findings);
}

/** Numbers that a column holds. */
export function numbersIn(column: string, findings: Findings): Labelling {
  return {
    labelNames: [],
    targetName: column,
    of: ({ row, shown }) => {
      const text = row?.values.get(column) ?? '';
      if (isNumber(text)) return { target: Number(text) };
      findings.add(`no number in the column "${column}"`, `${shown} "${text}"`);
      return {};
    },
  };
}

/** The column whose values name classes; undefined where classes are columns. */
function columnOfNames(
  sources: readonly Source[],
  wanted: readonly string[] | undefined,
): string | undefined {
  if (wanted) {
    const [only, ...others] = wanted;
    const isThere = sources.every(({ columns }) => columns.includes(only!));
    if (others.length > 0 || !isThere || looksLikeLabel(sources[0]!, only!)) return undefined;
    return only;
  }
  const kind = labelKind(sources);
  const isEverywhere = sources.every(({ columns }) => columns.includes(LABEL));
  return isEverywhere && kind !== undefined && kind !== 'masks' ? LABEL : undefined;
}
