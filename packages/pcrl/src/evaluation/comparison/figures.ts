import { RandomStream } from '@pcrl/torch';
import {
  aurocStatistic,
  averageOf,
  bootstrap,
  differenceOf,
  type Estimate,
  holm,
  meanStatistic,
  rSquaredStatistic,
  type Spread,
  type Statistic,
  spreadOf,
} from '../../metrics/index.js';
import type { Metric } from '../../tasks/task.js';
import type { ComparableRuns, FinetunedSeed, TestCases } from './finetuned-run.js';
import { counterpartOf, type Group } from './groups.js';

/** A figure of a group. */
export interface GroupFigure {
  /** Mean and spread over the seeds; undefined where no seed has a value. */
  readonly spread: Spread | undefined;
  /** Each seed's value. */
  readonly repeats: readonly number[];
  /** Of the mean over seeds: 95 % interval over patients. */
  readonly estimate: Estimate | undefined;
}

/** What a group came to. */
export interface GroupFigures {
  readonly group: Group;
  /** Mean over the classes. */
  readonly mean: GroupFigure;
  readonly perClass: readonly GroupFigure[];
  /** The mean minus that from scratch with the same labels, on the same resamples of patients. */
  readonly gain: Estimate | undefined;
  /** p of no gain, corrected (Holm) for the number of gains in the comparison. */
  readonly correctedP: number | undefined;
  /** Segmentation: 95 % Hausdorff distance in millimetres, over the seeds. */
  readonly hausdorff95: Spread | undefined;
  /** Other figures over the seeds, under the names they are known by. */
  readonly further: Readonly<Record<string, Spread>>;
}

/** The resamples are the same for every group, so that intervals can be compared. */
const RESAMPLING_SEED = 0;

/** Figures of every group, with intervals over the patients of the test cases. */
export function figuresOf(
  groups: readonly Group[],
  { runs, test }: ComparableRuns,
): readonly GroupFigures[] {
  const { metric, classes } = runs[0]!.result;
  const statistics = new Map(groups.map((group) => [group, statisticsOf(group, metric, classes)]));
  const figures = groups.map((group) => {
    const own = statistics.get(group)!;
    const scratch = counterpartOf(group, groups);
    const base = scratch && statistics.get(scratch)!;
    const meanOfSeeds = ({ result }: FinetunedSeed) => result.test.mean;
    return {
      group,
      mean: figureOf(own.mean, group.seeds.map(meanOfSeeds), test),
      perClass: own.perClass.map((statistic, at) =>
        figureOf(
          statistic,
          group.seeds.map(({ result }) => result.test.perClass[at] ?? null),
          test,
        ),
      ),
      gain: base && resampled(differenceOf(own.mean, base.mean), test),
      hausdorff95: hausdorffOf(group),
      further: furtherOf(group),
    };
  });
  return withCorrectedP(figures);
}

/** The mean over the classes of one group minus that of another, on the same resamples of patients. */
export function meanDifference(
  group: Group,
  other: Group,
  { runs, test }: ComparableRuns,
): Estimate | undefined {
  const { metric, classes } = runs[0]!.result;
  const [own, base] = [group, other].map((each) => statisticsOf(each, metric, classes).mean);
  return resampled(differenceOf(own!, base!), test);
}

function withCorrectedP(
  figures: readonly Omit<GroupFigures, 'correctedP'>[],
): readonly GroupFigures[] {
  const compared = figures.filter(({ gain }) => gain !== undefined);
  const corrected = holm(compared.map(({ gain }) => gain!.pOfZero));
  return figures.map((figure) => ({ ...figure, correctedP: corrected[compared.indexOf(figure)] }));
}

function hausdorffOf({ seeds }: Group): Spread | undefined {
  const values = seeds.flatMap(({ result }) => result.test.hausdorff95?.mean ?? []);
  return values.length > 0 ? spreadOf(values) : undefined;
}

function furtherOf({ seeds }: Group): GroupFigures['further'] {
  const names = Object.keys(seeds[0]?.result.test.further ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = seeds.flatMap(({ result }) => result.test.further?.[name] ?? []);
      return values.length > 0 ? [[name, spreadOf(values)] as const] : [];
    }),
  );
}

function figureOf(
  statistic: Statistic,
  values: readonly (number | null)[],
  test: TestCases,
): GroupFigure {
  const repeats = values.filter((value) => value !== null);
  return {
    spread: repeats.length > 0 ? spreadOf(repeats) : undefined,
    repeats,
    estimate: resampled(statistic, test),
  };
}

function resampled(statistic: Statistic, { patients }: TestCases): Estimate | undefined {
  return bootstrap(statistic, patients, new RandomStream(RESAMPLING_SEED, 'compare'));
}

interface GroupStatistics {
  readonly mean: Statistic;
  readonly perClass: readonly Statistic[];
}

/** Averages over the seeds. */
function statisticsOf(
  { seeds }: Group,
  metric: Metric,
  classes: readonly string[],
): GroupStatistics {
  const ofSeed = (seed: FinetunedSeed) =>
    classes.map((_, at) => {
      const values = seed.rows.map((row) => row[at]!);
      if (metric === 'Dice') return meanStatistic(values);
      const truths = seed.rows.map((row) => row[classes.length + at]!);
      return metric === 'R²' ? rSquaredStatistic(values, truths) : aurocStatistic(values, truths);
    });
  const bySeed = seeds.map(ofSeed);
  return {
    mean: averageOf(bySeed.map(averageOf)),
    perClass: classes.map((_, at) => averageOf(bySeed.map((statistics) => statistics[at]!))),
  };
}
