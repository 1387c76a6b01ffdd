import { stringify } from 'yaml';
import { interval, withSpread } from '../evaluation/comparison/words.js';
import {
  details,
  type Html,
  keyFigures,
  type LineSeries,
  lineChart,
  type PictureShelf,
  paragraph,
  preformatted,
  reportPage,
  type Section,
  table,
} from '../evaluation/report/index.js';
import type { RunIO } from '../training/run-io.js';
import { VERSION } from '../training/version.js';
import { paperData } from './data-sets.js';
import { picturesOf } from './pictures.js';
import type { Plan } from './plan.js';
import { printedFigures } from './printed-figures.js';
import { oursOf, type ScenarioTable } from './table.js';
import { classTable, emptyRows, mainTable, testTable } from './table-text.js';

/** A table as a page: figures, learning curves over the shares of labels, pictures, and the runs behind. */
export async function tablePage(
  plan: Plan,
  tables: readonly ScenarioTable[],
  pictures: PictureShelf,
  io: RunIO,
): Promise<string> {
  const { recipe, budget, own } = plan;
  const sections: Section[] = [];
  for (const made of tables) {
    sections.push({ heading: heading(made), content: scenarioContent(made, recipe.reference) });
    sections.push(...(await picturesOf(recipe.pictures ?? [], made, pictures, io)));
  }
  sections.push({ heading: 'How this was made', content: origins(plan, tables) });
  return reportPage({
    title: recipe.title,
    lead: lead(plan, tables),
    sections,
    footer: `pcrl ${VERSION}, budget ${budget.name}${own.file === undefined ? '' : ' with settings of its own'}`,
  });
}

/** `NIH ChestX-ray14, pre-trained on CheXpert`. */
export function heading({ scenario: { source, target } }: ScenarioTable): string {
  const [from, to] = [source, target].map((name) => paperData[name]?.title ?? name);
  return source === target
    ? `${to}, pre-trained on its part without labels`
    : `${to}, pre-trained on ${from}`;
}

/** Whether our numbers may be held against the paper's. */
export function kindOfData({ isPapers, standIns, runs }: ScenarioTable): string {
  if (!runs) return 'Nothing of ours has run: the numbers are the paper’s.';
  const cases = runs.test.names.length.toLocaleString('en');
  return isPapers
    ? `Ours were tested on ${cases} cases of the archive that the paper uses.`
    : `Ours are from other data than the paper’s (${[...standIns, `${cases} test cases`].join('; ')}): compare rows, not columns.`;
}

function lead({ budget, recipe }: Plan, tables: readonly ScenarioTable[]): string {
  const rows = tables.flatMap((made) => made.rows);
  const done = rows.filter(({ ours }) => ours).length;
  const smoke =
    budget.name === 'smoke'
      ? ' The smoke budget trains a few steps: its numbers mean nothing.'
      : '';
  const printed = recipe.printedAs ? ` The runs are those of ${recipe.printedAs}.` : '';
  return `${done} of ${rows.length} rows have runs of ours, beside the numbers that the paper prints.${smoke}${printed}`;
}

function scenarioContent(made: ScenarioTable, reference = ''): readonly Html[] {
  const main = mainTable(made);
  const classes = classTable(made);
  const ofGain = made.rows.some(({ ours }) => ours?.gain)
    ? 'p is of no difference to scratch, corrected for the number of comparisons (Holm). '
    : '';
  const best = made.rows.filter(({ ours }) => ours).at(-1);
  return [
    paragraph(kindOfData(made)),
    ...made.notes.map((note) => paragraph(note)),
    ...(best?.ours
      ? [
          keyFigures([
            {
              label: `${best.arm}, ${best.labels} of the labels`,
              value: withSpread(best.ours.mean),
              note: interval(best.ours.mean.estimate),
            },
          ]),
        ]
      : []),
    table({
      caption: `${made.metric} x100: mean ± standard deviation over seeds, 95 % bootstrap interval over patients. ${ofGain}Paper: as printed.`,
      ...main,
    }),
    ...emptyRows(made).map((reason) => paragraph(reason)),
    ...(made.tests.length > 0
      ? [
          table({
            caption: `Difference to "${reference}" with the same labels: paired bootstrap over patients, 95 % interval; p of no difference, corrected for the number of rows here (Holm).`,
            ...testTable(made, reference),
          }),
        ]
      : []),
    ...curves(made),
    ...(made.figures.length > 2 && classes.rows.length > 0
      ? [
          details('Every class', [
            table({ caption: 'Ours, and in brackets the paper’s', ...classes }),
          ]),
        ]
      : []),
  ];
}

/** Learning curves over the shares of labels: ours, and the paper's for itself where the data differ. */
function curves(made: ScenarioTable): readonly Html[] {
  const shares = [...new Set(made.rows.map(({ labels }) => labels))];
  if (shares.length < 2) return [];
  const values = shares.map((share) => Number.parseFloat(share));
  const arms = [...new Set(made.rows.map(({ arm }) => arm))];
  const name = made.scenario.figures?.[0] ?? 'Mean';
  const ours = arms.map((arm) =>
    seriesOf(made, arm, ({ row, x }) => {
      const estimate = oursOf(row, name, made.figures)?.estimate;
      if (!estimate) return [];
      const { value, low, high } = estimate;
      return [{ x, y: value * 100, low: low * 100, high: high * 100 }];
    }),
  );
  const papers = arms.map((arm) =>
    seriesOf(made, arm, ({ row, x }) => {
      const y = row.printed[name];
      return typeof y === 'number' ? [{ x, y }] : [];
    }),
  );
  const chart = (title: string, caption: string, series: readonly LineSeries[]) => {
    const drawn = series.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) return [];
    return [
      lineChart({
        title,
        alt: `${title} over the share of labels`,
        caption,
        x: { kind: 'log', name: 'share of labels', values, labels: shares },
        y: { name: `${made.metric} x100` },
        series: drawn,
      }),
    ];
  };
  return [
    ...chart(
      `${made.metric} by share of labels: ours`,
      'Bands are 95 % intervals over patients.',
      ours,
    ),
    ...chart(`${made.metric} by share of labels: the paper's`, 'As printed.', papers),
  ];
}

type PointOf = (place: {
  readonly row: ScenarioTable['rows'][number];
  readonly x: number;
}) => LineSeries['points'];

function seriesOf(made: ScenarioTable, arm: string, pointOf: PointOf): LineSeries {
  const rows = made.rows.filter((row) => row.arm === arm);
  const points = rows.flatMap((row) => pointOf({ row, x: Number.parseFloat(row.labels) }));
  return { name: arm, points };
}

function origins(
  { pretraining, finetuning, own }: Plan,
  tables: readonly ScenarioTable[],
): readonly Html[] {
  const folders = [...pretraining, ...finetuning].map(({ settings }) => settings.out);
  const { source, notes } = printedFigures();
  return [
    paragraph(`The paper's numbers: ${source}.`),
    ...notes.map((note) => paragraph(note)),
    ...(own.file === undefined
      ? []
      : [
          paragraph(`Settings over the budget's, from ${own.file}:`),
          preformatted(stringify({ '2D': own[2], '3D': own[3] })),
        ]),
    ...(tables.some(({ runs }) => runs)
      ? [
          paragraph('The runs; each holds its settings in config.json.'),
          preformatted(folders.join('\n')),
        ]
      : []),
  ];
}
