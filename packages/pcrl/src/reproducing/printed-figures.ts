import { readFileSync } from 'node:fs';

/** One row of the paper's tables. */
interface PrintedRow {
  readonly table: string;
  readonly target: string;
  readonly labels: string;
  readonly arm: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

interface PrintedFigures {
  readonly source: string;
  readonly notes: readonly string[];
  readonly rows: readonly PrintedRow[];
}

let known: PrintedFigures | undefined;

/** What the paper prints (`data/paper-figures.json`), in percent. */
export function printedFigures(): PrintedFigures {
  const file = new URL('../../data/paper-figures.json', import.meta.url);
  known ??= JSON.parse(readFileSync(file, 'utf8')) as PrintedFigures;
  return known;
}

/** The printed figures of a cell by class (and `Mean`); empty where the paper has no such cell. */
export function printed(
  cell: Omit<PrintedRow, 'figures'>,
): Readonly<Record<string, number | null>> {
  const found = printedFigures().rows.find(
    (row) =>
      row.table === cell.table &&
      row.target === cell.target &&
      row.labels === cell.labels &&
      row.arm === cell.arm,
  );
  return found?.figures ?? {};
}
