import { type Estimate, type Spread, smallestP } from '../../metrics/index.js';
import type { GroupFigure, GroupFigures } from './figures.js';

/** A figure x100 with one decimal, as papers print it. */
export function times100(value: number): string {
  const text = (value * 100).toFixed(1);
  return text === '-0.0' ? '0.0' : text;
}

/** `81.2 ± 1.4`: mean over the seeds and their spread. */
export function withSpread({ spread }: GroupFigure): string {
  if (!spread) return '–';
  const deviation = spread.deviation === undefined ? '' : ` ± ${times100(spread.deviation)}`;
  return `${times100(spread.mean)}${deviation}`;
}

/** `79.0 to 83.1`. */
export function interval(estimate: Estimate | undefined): string {
  return estimate ? `${times100(estimate.low)} to ${times100(estimate.high)}` : '–';
}

/** `+2.3 (0.4 to 4.1)`. */
export function signed(gain: Estimate | undefined): string {
  if (!gain) return '';
  const points = times100(gain.value);
  return `${points.startsWith('-') ? '' : '+'}${points} (${interval(gain)})`;
}

/** Tests that cannot give a smaller p than this are no tests. */
const SIGNIFICANT = 0.05;

/** Whether no test on so few patients could tell a difference from none. */
export function isTooFew({ patients }: Estimate): boolean {
  return smallestP(patients) > SIGNIFICANT;
}

/**
 * `0.012`; what 2,000 resamples cannot tell apart from less is said as such, and with very few patients
 * that no p would mean anything.
 *
 * @param p corrected for the number of comparisons
 */
export function probability(difference: Estimate | undefined, p: number | undefined): string {
  if (!difference || p === undefined) return '';
  if (isTooFew(difference)) {
    const least = Number(smallestP(difference.patients).toPrecision(2));
    return `too few cases (p ≥ ${least})`;
  }
  return p < 0.002 ? '< 0.002' : p.toFixed(3);
}

/** `4.21 ± 0.35`. */
function distance(spread: Spread | undefined): string {
  if (!spread) return '–';
  const deviation = spread.deviation === undefined ? '' : ` ± ${spread.deviation.toFixed(2)}`;
  return `${spread.mean.toFixed(2)}${deviation}`;
}

/** `0.512 ± 0.031`: a figure as it is. */
function plain(spread: Spread | undefined): string {
  if (!spread) return '–';
  const deviation = spread.deviation === undefined ? '' : ` ± ${spread.deviation.toPrecision(2)}`;
  return `${spread.mean.toPrecision(3)}${deviation}`;
}

/** The table of a comparison: its column titles, and a row a group. */
export function comparisonTable(
  figures: readonly GroupFigures[],
  metric: string,
  classes: readonly string[],
): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  // Without runs to compare with, the column would be empty.
  const hasGain = figures.some(({ gain }) => gain !== undefined);
  const hasDistance = figures.some(({ hausdorff95 }) => hausdorff95 !== undefined);
  const further = Object.keys(figures[0]?.further ?? {});
  const unit = figures[0]?.group.seeds[0]?.result.test.hausdorff95?.unit ?? 'mm';
  const columns = [
    'Labels',
    'Weights',
    'Cases',
    'Seeds',
    `${metric} x100`,
    '95 % interval',
    ...(hasGain ? ['Over scratch', 'p (Holm)'] : []),
    ...(hasDistance ? [`HD95 in ${unit}`] : []),
    ...further,
    ...classes,
  ];
  const rows = figures.map(
    ({ group, mean, gain, correctedP, hausdorff95, perClass, ...figure }) => [
      group.budget,
      group.source,
      String(group.labelled),
      String(group.seeds.length),
      withSpread(mean),
      interval(mean.estimate),
      ...(hasGain ? [signed(gain), probability(gain, correctedP)] : []),
      ...(hasDistance ? [distance(hausdorff95)] : []),
      ...further.map((name) => plain(figure.further[name])),
      ...perClass.map(withSpread),
    ],
  );
  return { columns, rows };
}

/** A table as lines of text with columns under each other. */
export function textTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

/** The answer in a sentence or two: what pre-training was worth at the smallest label budget. */
export function answer(figures: readonly GroupFigures[], metric: string): string {
  const compared = figures.filter(({ gain }) => gain !== undefined);
  const smallest = compared[0];
  if (!smallest?.gain) {
    return 'These runs have no counterpart: a gain shows between runs from scratch and pre-trained ones with the same labels.';
  }
  const { gain, group } = smallest;
  const points = `${gain.value < 0 ? '−' : '+'}${times100(Math.abs(gain.value))} points of ${metric}`;
  const isSure = gain.low > 0 || gain.high < 0;
  const sure = isTooFew(gain)
    ? ` ${gain.patients === 1 ? 'One patient is' : `${gain.patients} patients are`} too few to tell it from no gain.`
    : isSure
      ? ''
      : ' The interval holds 0: on these patients it cannot be told from no gain.';
  return (
    `With ${group.labelled} labelled cases, starting from ${group.source} instead of from scratch was worth ` +
    `${points} (95 % interval ${interval(gain)}, over the patients of the test split).${sure}`
  );
}
