import type { LabelBudget, Region } from '../datasets/index.js';
import { spreadOf } from '../metrics/index.js';
import type { Probed } from './probing/probe.js';
import type { Figures, Metric } from './task.js';
import type { WeightsSource } from './weights.js';

/** A way of probing a frozen encoder. */
export type ProbeKind = 'linear' | 'knn';

/** How many there are of something, and of how many patients. */
export interface Count {
  readonly cases: number;
  readonly patients: number;
}

/** One repetition of a fine-tuning run. */
export interface SeedResult {
  readonly seed: number;
  /** The labelled training cases; `labelled.txt` of the seed's folder lists them. */
  readonly labelled: Count & {
    /** Classification: positive cases of each class. */
    readonly positives?: readonly number[];
  };
  /** 0 for a probe. */
  readonly steps: number;
  /** Steps after which the weights that were kept were reached, and the epochs they make. */
  readonly keptStep: number;
  readonly keptEpoch: number;
  readonly validation: (Figures & { readonly loss: number }) | null;
  readonly test: Figures & { readonly loss: number };
  /** What a probe came to use. */
  readonly probe?: Probed['facts'];
  readonly seconds: {
    readonly training: number;
    readonly validation: number;
    readonly test: number;
  };
}

/** Mean and spread over the seeds. */
export interface SeedSpread {
  readonly mean: number | null;
  /** Sample standard deviation; `null` with fewer than two values. */
  readonly deviation: number | null;
}

/** What `results.json` of a fine-tuning run holds. */
export interface FinetuneResult {
  readonly task: string;
  readonly dimensions: 2 | 3;
  readonly metric: Metric;
  readonly classes: readonly string[];
  /** Classification: whether a case has exactly one of the classes. */
  readonly exclusive?: boolean;
  /** Segmentation: what the classes are, where they are not single values of the masks. */
  readonly regions?: readonly Region[];
  /** Names of a case's channels, where it has several. */
  readonly channelNames?: readonly string[];
  readonly from: WeightsSource;
  readonly labels: LabelBudget;
  /** How a frozen encoder was probed; left out where it was fine-tuned. */
  readonly probe?: ProbeKind;
  readonly splits: { readonly train: Count; readonly val: Count; readonly test: Count };
  /** Whether every seed is finished. */
  readonly complete: boolean;
  readonly seeds: readonly SeedResult[];
  /** Of the test split, over the finished seeds. */
  readonly summary: {
    readonly mean: SeedSpread;
    readonly perClass: readonly SeedSpread[];
    /** Segmentation: 95 % Hausdorff distance, mean over the classes, in the unit of each seed's. */
    readonly hausdorff95?: SeedSpread;
    /** Other figures, under the names they are known by. */
    readonly further?: Readonly<Record<string, SeedSpread>>;
  };
}

/** Mean and spread of each figure over the seeds. */
export function summarise(
  seeds: readonly SeedResult[],
  classes: readonly string[],
): FinetuneResult['summary'] {
  return {
    mean: spread(seeds.map(({ test }) => test.mean)),
    perClass: classes.map((_, at) => spread(seeds.map(({ test }) => test.perClass[at] ?? null))),
    ...(seeds.some(({ test }) => test.hausdorff95)
      ? { hausdorff95: spread(seeds.map(({ test }) => test.hausdorff95?.mean ?? null)) }
      : {}),
    ...furtherOf(seeds),
  };
}

function furtherOf(seeds: readonly SeedResult[]): Pick<FinetuneResult['summary'], 'further'> {
  const names = Object.keys(seeds[0]?.test.further ?? {});
  if (names.length === 0) return {};
  const valuesOf = (name: string) => seeds.map(({ test }) => test.further?.[name] ?? null);
  return { further: Object.fromEntries(names.map((name) => [name, spread(valuesOf(name))])) };
}

function spread(figures: readonly (number | null)[]): SeedSpread {
  const values = figures.filter((value) => value !== null);
  if (values.length === 0) return { mean: null, deviation: null };
  const { mean, deviation } = spreadOf(values);
  return { mean, deviation: deviation ?? null };
}

/** A label budget as users write it. */
export function budgetName(budget: LabelBudget): string {
  if (budget === 'all') return 'all';
  return 'count' in budget
    ? String(budget.count)
    : `${Number((budget.ratio * 100).toPrecision(6))}%`;
}
