import { type Case, patientOf } from '../datasets/index.js';
import type { Inspection } from './inspection.js';
import { median } from './spacings.js';

/** How often something occurs, the most frequent first. */
export type Counts = readonly (readonly [what: string, count: number])[];

/** An inspection in numbers, as `inspection.json` has it. */
export interface InspectionSummary {
  readonly paths: readonly string[];
  readonly layouts: readonly string[];
  readonly cases: number;
  /** Null where no case names its patient. */
  readonly patients: number | null;
  readonly splits: Readonly<Record<string, { readonly cases: number; readonly patients: number }>>;
  readonly labels: readonly {
    readonly name: string;
    readonly positive: number;
    readonly negative: number;
    readonly unknown: number;
  }[];
  readonly masks: number;
  /** Of the images that were read: voxels of each value. */
  readonly maskValues: Readonly<Record<string, number>>;
  readonly points: number;
  readonly candidates: number;
  readonly channels: number;
  readonly colours: Counts;
  readonly sizes: Counts;
  /** Millimetres along each axis; null for pictures, whose files do not say. */
  readonly spacing: {
    readonly lowest: readonly number[];
    readonly median: readonly number[];
    readonly highest: readonly number[];
  } | null;
  readonly intensities: {
    readonly imagesRead: number;
    readonly inHounsfield: number;
    readonly lowest: number;
    readonly highest: number;
    /** Medians over the images. */
    readonly percentile1: number;
    readonly percentile50: number;
    readonly percentile99: number;
  } | null;
  readonly problems: readonly { readonly reason: string; readonly count: number }[];
  readonly notes: readonly string[];
}

export function summarise(inspection: Inspection): InspectionSummary {
  const { paths, layouts, cases, labelNames, headers, problems, notes } = inspection;
  const found = cases.flatMap(({ image }) => headers.get(image) ?? []);
  const sum = (of: (item: Case) => number) => cases.reduce((total, item) => total + of(item), 0);
  return {
    paths,
    layouts,
    cases: cases.length,
    patients: cases.some(({ patient }) => patient) ? new Set(cases.map(patientOf)).size : null,
    splits: splitsOf(cases),
    labels: labelNames.map((name, at) => {
      const values = cases.flatMap(({ labels }) => (labels ? [labels[at]!] : []));
      const count = (test: (label: number) => boolean) => values.filter(test).length;
      const [positive, negative] = [count((label) => label === 1), count((label) => label === 0)];
      return { name, positive, negative, unknown: count(Number.isNaN) };
    }),
    masks: cases.filter(({ mask }) => mask !== undefined).length,
    maskValues: maskValuesOf(inspection),
    points: sum(({ points }) => points?.length ?? 0),
    candidates: sum(({ candidates }) => candidates?.length ?? 0),
    channels: Math.max(1, ...cases.map(({ channels }) => channels?.length ?? 1)),
    colours: countsOf(found.map(({ channels }) => (channels === 1 ? 'grey' : 'colour'))),
    sizes: countsOf(found.map(({ size }) => size.join(' x '))),
    spacing: spacingsOf(inspection),
    intensities: intensitiesOf(inspection),
    problems: countsOf(problems.map(({ reason }) => reason)).map(([reason, count]) => ({
      reason,
      count,
    })),
    notes,
  };
}

function splitsOf(cases: readonly Case[]): InspectionSummary['splits'] {
  const names = [...new Set(cases.map(({ split }) => split ?? 'no split'))];
  return Object.fromEntries(
    names.map((name) => {
      const part = cases.filter(({ split }) => (split ?? 'no split') === name);
      return [name, { cases: part.length, patients: new Set(part.map(patientOf)).size }];
    }),
  );
}

function maskValuesOf({ read }: Inspection): Readonly<Record<string, number>> {
  const total = new Map<number, number>();
  for (const { maskValues } of read) {
    for (const [value, count] of maskValues ?? [])
      total.set(value, (total.get(value) ?? 0) + count);
  }
  return Object.fromEntries([...total].sort(([a], [b]) => a - b));
}

function spacingsOf({ cases, headers }: Inspection): InspectionSummary['spacing'] {
  const volumes = cases.flatMap(({ image }) => headers.get(image) ?? []);
  const spacings = volumes.filter(({ size }) => size.length === 3).map(({ spacing }) => spacing);
  if (spacings.length === 0) return null;
  const each = (of: (values: readonly number[]) => number) =>
    [0, 1, 2].map((axis) => Number(of(spacings.map((spacing) => spacing[axis]!)).toPrecision(6)));
  return {
    lowest: each((values) => Math.min(...values)),
    median: each(median),
    highest: each((values) => Math.max(...values)),
  };
}

function intensitiesOf({ read }: Inspection): InspectionSummary['intensities'] {
  if (read.length === 0) return null;
  const at = (place: 0 | 1 | 2) => median(read.map(({ percentiles }) => percentiles[place]));
  return {
    imagesRead: read.length,
    inHounsfield: read.filter(({ unit }) => unit === 'HU').length,
    lowest: Math.min(...read.map(({ lowest }) => lowest)),
    highest: Math.max(...read.map(({ highest }) => highest)),
    percentile1: at(0),
    percentile50: at(1),
    percentile99: at(2),
  };
}

function countsOf(words: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
