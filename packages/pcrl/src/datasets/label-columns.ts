import { nearest } from '../settings/nearest.js';
import type { Case } from './dataset.js';
import type { Findings } from './findings.js';
import type { LayoutContent } from './layouts/layout.js';
import { isUnlabelledRow, type Source } from './source.js';

/** Columns that describe a case and are never taken for a label. */
const DESCRIPTIONS = new Set(
  'image patient_id split order label labels case study age sex gender view fold'.split(' '),
);

/**
 * The columns that hold classification labels: those asked for, or every further column in which
 * four of five values are 0 or 1 (so that a stray value is reported instead of the column being dropped).
 */
export function labelColumns(
  sources: readonly Source[],
  wanted: readonly string[] | undefined,
  findings: Findings,
): readonly string[] {
  const names = wanted ?? sources[0]!.columns.filter((name) => looksLikeLabel(sources[0]!, name));
  if (names.length === 0) {
    const columns = sources[0]!.columns.join(', ');
    findings.add('no column with labels of 0 and 1 among the columns', columns);
  }
  for (const source of sources) {
    for (const name of names) {
      if (source.columns.includes(name)) continue;
      const near = nearest(name, source.columns);
      findings.add(
        `${source.path} lacks the label columns`,
        near ? `${name} (did you mean ${near}?)` : name,
      );
    }
  }
  return names.filter((name) => sources.every((source) => source.columns.includes(name)));
}

/** The cases of an archive with the labels of some of its classes; all when none are asked for. */
export function chosenLabels(
  { cases, labelNames = [] }: Pick<LayoutContent, 'cases' | 'labelNames'>,
  wanted: readonly string[] | undefined,
  findings: Findings,
): { readonly cases: readonly Case[]; readonly labelNames: readonly string[] } {
  if (!wanted) return { cases, labelNames };
  for (const name of wanted.filter((label) => !labelNames.includes(label))) {
    const near = nearest(name, labelNames);
    findings.add('no such class', near ? `${name} (did you mean ${near}?)` : name);
  }
  const names = wanted.filter((name) => labelNames.includes(name));
  const places = names.map((name) => labelNames.indexOf(name));
  const chosen = cases.map((item) =>
    item.labels ? { ...item, labels: places.map((at) => item.labels![at]!) } : item,
  );
  return { cases: chosen, labelNames: names };
}

/** Of a column's values are 0 or 1 where it holds labels; the others are slips of the pen. */
const LABEL_SHARE = 0.8;

/** Whether nearly all values of a column are 0 or 1, and its name is not that of a description. */
export function looksLikeLabel(source: Source, name: string): boolean {
  if (DESCRIPTIONS.has(name.toLowerCase())) return false;
  const rows = source.candidates.filter((candidate) => !isUnlabelledRow(candidate));
  const values = rows.map((candidate) => candidate.row!.values.get(name)!);
  const binary = values.filter((value) => labelValue(value) !== undefined);
  return values.length > 0 && binary.length >= LABEL_SHARE * values.length;
}

/** 0 or 1, however many decimals it is written with; undefined for anything else. */
export function labelValue(text: string | undefined): 0 | 1 | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return value === 0 || value === 1 ? value : undefined;
}
