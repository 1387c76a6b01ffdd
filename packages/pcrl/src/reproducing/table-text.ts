import { quoteField } from '../datasets/csv.js';
import {
  interval,
  probability,
  signed,
  times100,
  withSpread,
} from '../evaluation/comparison/words.js';
import { oursOf, type ScenarioTable } from './table.js';

/** A figure as the paper prints it: `76.6`, `failed`, or nothing. */
export function printedText(figure: number | null | undefined): string {
  if (figure === undefined) return '–';
  return figure === null ? 'failed' : figure.toFixed(1);
}

/** The main table of a scenario: a row for each share of labels and arm. */
export function mainTable(table: ScenarioTable): {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const { figures, metric, rows } = table;
  const shown = (table.scenario.figures ?? ['Mean']).filter((name) => figures.includes(name));
  const names = shown.length > 0 ? shown : ['Mean'];
  const hasGain = rows.some(({ ours }) => ours?.gain);
  const columns = [
    'Labels',
    'Row',
    ...names.flatMap((name) => [
      `${metric} ${name}`,
      '95 % interval',
      `Paper${names.length > 1 ? ` ${name}` : ''}`,
    ]),
    ...(hasGain ? ['Over scratch', 'p (Holm)'] : []),
    'Cases x seeds',
  ];
  const cells = rows.map((row) => [
    row.labels,
    row.arm,
    ...names.flatMap((name) => {
      const figure = oursOf(row, name, figures);
      return [
        figure ? withSpread(figure) : '–',
        interval(figure?.estimate),
        printedText(row.printed[name]),
      ];
    }),
    ...(hasGain ? [signed(row.ours?.gain), probability(row.ours?.gain, row.ours?.correctedP)] : []),
    row.ours ? `${row.ours.group.labelled} x ${row.ours.group.seeds.length}` : '',
  ]);
  return { columns, rows: cells };
}

/** Why rows of a table stand empty, a sentence a reason: `5 scales: in 3D there are three at most`. */
export function emptyRows({ rows }: ScenarioTable): readonly string[] {
  const armsOf = new Map<string, Set<string>>();
  for (const { arm, missing } of rows) {
    if (missing !== undefined) {
      armsOf.set(missing, (armsOf.get(missing) ?? new Set()).add(arm));
    }
  }
  const everyArm = new Set(rows.map(({ arm }) => arm)).size;
  return [...armsOf].map(([reason, arms]) => {
    const named = arms.size === everyArm ? 'every row' : [...arms].join('; ');
    return `${named}: ${reason}`;
  });
}

/** Rows held against the recipe's reference row; nothing where there are none. */
export function testTable({ tests, metric }: ScenarioTable, reference: string) {
  const rows = tests.map(({ labels, arm, difference, correctedP }) => [
    ...[labels, arm, signed(difference), probability(difference, correctedP)],
  ]);
  return { columns: ['Labels', 'Row', `${metric} Mean over "${reference}"`, 'p (Holm)'], rows };
}

/** Every class, ours and in brackets the paper's. */
export function classTable({ figures, rows }: ScenarioTable): {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const cells = rows
    .filter(({ ours, printed }) => ours || Object.keys(printed).length > 1)
    .map((row) => [
      row.labels,
      row.arm,
      ...figures.map((name) => {
        const figure = oursOf(row, name, figures);
        const ours = figure?.spread ? times100(figure.spread.mean) : '–';
        return `${ours} (${printedText(row.printed[name])})`;
      }),
    ]);
  return { columns: ['Labels', 'Row', ...figures], rows: cells };
}

/** Every figure of a table, one a line, in percent. */
export function csvOf(name: string, tables: readonly ScenarioTable[]): string {
  const header =
    'table,source,target,other_data,labels,row,figure,metric,mean,deviation,low,high,seeds,labelled_cases,paper,note';
  const lines = tables.flatMap((table) =>
    table.rows.flatMap((row) =>
      table.figures.map((figure) => {
        const { source, target } = table.scenario;
        const ours = oursOf(row, figure, table.figures);
        const group = row.ours?.group;
        return [
          ...[name, source, target, String(!table.isPapers), row.labels, row.arm, figure],
          ...[table.metric, number(ours?.spread?.mean), number(ours?.spread?.deviation)],
          ...[number(ours?.estimate?.low), number(ours?.estimate?.high)],
          ...[group ? String(group.seeds.length) : '', group ? String(group.labelled) : ''],
          ...[row.printed[figure]?.toFixed(1) ?? '', row.missing ?? ''],
        ]
          .map(quoteField)
          .join(',');
      }),
    ),
  );
  return `${[header, ...lines].join('\n')}\n`;
}

function number(value: number | undefined): string {
  return value === undefined ? '' : (value * 100).toFixed(2);
}

/** A table as Markdown. */
export function markdownTable({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '--')), ...rows.map(line)].join('\n');
}
