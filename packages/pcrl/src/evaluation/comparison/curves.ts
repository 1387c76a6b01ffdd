import { join } from 'node:path';
import { FALSE_POSITIVE_RATES, rocCurve } from '../../metrics/index.js';
import { readMetrics, type SeedMetrics, validationsIn } from '../../tasks/seed-metrics.js';
import {
  type Html,
  type IntervalRow,
  intervalChart,
  type LinePoint,
  lineChart,
  smoothedSeries,
} from '../report/index.js';
import type { GroupFigure, GroupFigures } from './figures.js';
import { byBudget, type Group, sourcesOf } from './groups.js';

const ROC_POINTS = 200;
const DIAGONAL = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
];

/** Mean figure over the label budget, a line for each source; nothing with a single budget. */
export function learningCurves(figures: readonly GroupFigures[], metric: string): Html[] {
  const groups = figures.map(({ group }) => group);
  const budgets = byBudget(groups);
  if (budgets.length < 2) return [];
  const values = budgets.map((members) => members[0]!.labelled);
  const series = sourcesOf(groups).map((name) => ({
    name,
    points: figures
      .filter(({ group }) => group.source === name)
      .flatMap(({ group, mean }) => pointOf(group.labelled, mean)),
  }));
  const chart = lineChart({
    title: `${metric} by labelled cases`,
    alt: `Mean ${metric} on the test split over the number of labelled training cases`,
    caption:
      'Mean over the classes. Bands are 95 % intervals over patients, small dots are single seeds.',
    x: { kind: 'log', name: 'labelled cases', values, labels: values.map(String) },
    y: { name: `${metric} x100` },
    series,
  });
  return [chart];
}

function pointOf(x: number, { estimate, repeats }: GroupFigure): LinePoint[] {
  if (!estimate) return [];
  const { value, low, high } = estimate;
  const scaled = repeats.map((repeat) => repeat * 100);
  return [{ x, y: value * 100, low: low * 100, high: high * 100, repeats: scaled }];
}

/** Every class at one label budget, the sources side by side. */
export function classChart(
  figures: readonly GroupFigures[],
  metric: string,
  classes: readonly string[],
): Html {
  const labelled = figures[0]?.group.labelled ?? 0;
  const row = (name: string, source: string, figure: GroupFigure | undefined): IntervalRow[] => {
    const [point] = figure ? pointOf(0, figure) : [];
    if (!point) return [];
    const { y: value, low = value, high = value, repeats = [] } = point;
    return [{ name, series: source, value, low, high, repeats }];
  };
  const names = classes.length > 1 ? ['mean', ...classes] : classes;
  const rows = names.flatMap((name) =>
    figures.flatMap(({ group, mean, perClass }) =>
      row(name, group.source, name === 'mean' ? mean : perClass[classes.indexOf(name)]),
    ),
  );
  return intervalChart({
    title: `${metric} with ${labelled} labelled cases`,
    alt: `${metric} of each class with ${labelled} labelled cases, with 95 % intervals`,
    caption: 'Mean over seeds with its 95 % interval over patients; rings are single seeds.',
    x: `${metric} x100`,
    rows,
  });
}

/** Training loss and validation score of the first seeds, a line for each source. */
export function trainingCurves(groups: readonly Group[], metric: string): Html[] {
  const labelled = groups[0]?.labelled ?? 0;
  // A probe is not trained in steps.
  const trained = groups.filter(({ probe }) => probe === undefined);
  if (trained.length === 0) return [];
  const metrics = trained.map((group) => ({
    name: group.source,
    lines: readMetrics(join(group.seeds[0]!.folder, 'metrics.jsonl')),
  }));
  const losses = metrics.map(({ name, lines }) => smoothedSeries(name, lossPoints(lines)));
  const scores = metrics.map(({ name, lines }) => ({
    name,
    points: validationsIn(lines).flatMap(({ step, mean }) =>
      mean === null ? [] : [{ x: step, y: mean * 100 }],
    ),
  }));
  const axis = { kind: 'linear', name: 'step' } as const;
  const charts: Html[] = [];
  if (losses.every(({ points }) => points.length > 1)) {
    charts.push(
      lineChart({
        title: `Training loss with ${labelled} labelled cases`,
        alt: 'Training loss over the steps',
        caption: 'First seed; smoothed, the thin lines as measured.',
        x: axis,
        y: { name: 'loss' },
        series: losses,
      }),
    );
  }
  if (scores.every(({ points }) => points.length > 1)) {
    charts.push(
      lineChart({
        title: `Validation with ${labelled} labelled cases`,
        alt: `${metric} on the validation split over the steps`,
        caption: 'First seed. The weights of the best validation are those that were tested.',
        x: axis,
        y: { name: `${metric} x100` },
        series: scores,
      }),
    );
  }
  return charts;
}

function lossPoints(lines: readonly SeedMetrics[]): LinePoint[] {
  return lines.flatMap((line) => ('loss' in line ? [{ x: line.step, y: line.loss }] : []));
}

/** ROC curves of the first seeds, a chart for each class. */
export function rocCharts(groups: readonly Group[], classes: readonly string[]): Html[] {
  const labelled = groups[0]?.labelled ?? 0;
  return classes.flatMap((name, at) => {
    const series = groups.map(({ source, seeds }) => {
      const rows = seeds[0]!.rows;
      const points = rocCurve(
        rows.map((row) => row[at]!),
        rows.map((row) => row[classes.length + at]!),
      ).map(({ falsePositiveRate: x, truePositiveRate: y }) => ({ x, y }));
      return { name: source, points: thinned(points) };
    });
    if (series.some(({ points }) => points.length < 2)) return [];
    return lineChart({
      title: `ROC of ${name}`,
      alt: `ROC curves of ${name} with ${labelled} labelled cases`,
      caption: `First seed with ${labelled} labelled cases. Dashed: guessing.`,
      x: { kind: 'linear', name: 'false positive rate' },
      y: { name: 'true positive rate', extent: [0, 1] },
      series,
      reference: DIAGONAL,
    });
  });
}

/** Sensitivity over false positives a scan, the mean over seeds; a line for each source. */
export function frocCharts(groups: readonly Group[]): Html[] {
  const labelled = groups[0]?.labelled ?? 0;
  const series = groups.map(({ source, seeds }) => ({
    name: source,
    points: FALSE_POSITIVE_RATES.map((x, at) => {
      const values = seeds.map(({ result }) => result.test.sensitivities?.[at] ?? 0);
      return { x, y: (100 * values.reduce((sum, value) => sum + value, 0)) / values.length };
    }),
  }));
  if (!groups.some(({ seeds }) => seeds[0]!.result.test.sensitivities)) return [];
  const chart = lineChart({
    title: `FROC with ${labelled} labelled scans`,
    alt: 'Sensitivity over the number of false positives a scan',
    caption: 'Mean over seeds; CPM in the table is the mean of the seven points.',
    x: {
      kind: 'log',
      name: 'false positives a scan',
      values: FALSE_POSITIVE_RATES,
      labels: FALSE_POSITIVE_RATES.map((rate) => (rate < 1 ? `1/${1 / rate}` : String(rate))),
    },
    y: { name: 'sensitivity x100', extent: [0, 100] },
    series,
  });
  return [chart];
}

function thinned(points: readonly LinePoint[]): LinePoint[] {
  const every = Math.max(1, Math.ceil(points.length / ROC_POINTS));
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}
