import { budgetName, type FinetuneResult, type SeedSpread } from './results.js';

/** What the finished seeds of a run came to, line by line, x100 as papers print it. */
export function describeResult(result: FinetuneResult): string[] {
  const { metric, classes, summary, seeds, labels, splits } = result;
  if (seeds.length === 0) return [];
  const count = seeds[0]!.labelled.cases;
  const unit = seeds[0]!.test.hausdorff95?.unit ?? 'mm';
  const further = Object.entries(summary.further ?? {});
  const names = [...classes, ...further.map(([name]) => name)];
  const width = Math.max(4, ...names.map((name) => name.length));
  const rows: [string, SeedSpread][] = [
    ...classes.map((name, at): [string, SeedSpread] => [name, summary.perClass[at]!]),
    ['mean', summary.mean],
  ];
  return [
    `${metric} on ${splits.test.cases} test cases, labels ${budgetName(labels)} (${count} cases), ` +
      `${seeds.length} seed${seeds.length === 1 ? '' : 's'}:`,
    ...rows.map(([name, spread]) => `  ${name.padEnd(width)}  ${inPercent(spread)}`),
    ...further.map(([name, spread]) => `  ${name.padEnd(width)}  ${plain(spread)}`),
    ...(summary.hausdorff95 ? [`  95 % Hausdorff ${distance(summary.hausdorff95)} ${unit}`] : []),
  ];
}

/** What an interrupted run has saved, and the command that goes on with it. */
export function describeInterrupted(run: string, finished: number, seeds: number): string {
  const done = finished === 0 ? 'no seed is' : `${finished} of ${seeds} seeds`;
  return `Saved; ${done} finished. Go on with: pcrl finetune --out ${run} --resume`;
}

/** `4.21 +- 0.35`. */
function distance({ mean, deviation }: SeedSpread): string {
  if (mean === null) return 'not defined';
  const spread = deviation === null ? '' : ` +- ${deviation.toFixed(2)}`;
  return `${mean.toFixed(2)}${spread}`;
}

/** `0.512 +- 0.031`. */
function plain({ mean, deviation }: SeedSpread): string {
  if (mean === null) return 'not defined';
  const spread = deviation === null ? '' : ` +- ${deviation.toPrecision(2)}`;
  return `${mean.toPrecision(3)}${spread}`;
}

/** `91.2 +- 1.4`. */
export function inPercent({ mean, deviation }: SeedSpread): string {
  if (mean === null) return 'not defined';
  const spread = deviation === null ? '' : ` +- ${(deviation * 100).toFixed(1)}`;
  return `${(mean * 100).toFixed(1)}${spread}`;
}
