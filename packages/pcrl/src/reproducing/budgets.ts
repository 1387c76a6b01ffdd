import type { Group } from '../settings/merge.js';
import type { TaskName } from './recipe.js';

/** How much a table may take. */
export interface Budget {
  readonly name: 'smoke' | 'hours' | 'paper';
  /** Repetitions of each fine-tuning. */
  readonly seeds: number;
  /** At most so many label ratios: the ends, and what lies evenly between. */
  readonly ratios: number;
  pretraining(dimensions: 2 | 3): Group;
  finetuning(task: TaskName, dimensions: 2 | 3): Group;
}

/** A few steps of small networks: shows that everything runs, and means nothing. */
const smoke: Budget = {
  name: 'smoke',
  seeds: 1,
  ratios: 2,
  pretraining: (dimensions) =>
    dimensions === 2
      ? {
          steps: 2,
          batch: 4,
          workers: 0,
          views: { size: [32, 32], localSize: [16, 16], localViews: 2 },
        }
      : {
          steps: 2,
          batch: 4,
          workers: 0,
          network: { width: 8 },
          views: {
            size: [16, 16, 16],
            localSize: [8, 8, 8],
            localViews: 2,
            margins: [0, 0, 0],
            spacing: 'native',
            tissueRule: 'off',
            cropsPerVolume: 2,
          },
        },
  finetuning: (_, dimensions) => ({
    steps: 2,
    batch: 2,
    select: 'last',
    workers: 0,
    ...(dimensions === 2
      ? { views: { size: [32, 32] } }
      : { network: { width: 8 }, views: { size: [16, 16, 16], spacing: 'native' } }),
  }),
};

/** What an evening on a few cores allows, with the settings that short runs were found to need. */
const hours: Budget = {
  name: 'hours',
  seeds: 3,
  ratios: 3,
  pretraining: (dimensions) => ({
    optimiser: {
      learningRate: dimensions === 2 ? 0.05 : 0.1,
      warmupSteps: 80,
      clipGradientNorm: 1,
    },
    ...(dimensions === 2
      ? { steps: 1500, batch: 32, views: { size: [112, 112] } }
      : {
          steps: 800,
          batch: 16,
          network: { width: 16 },
          views: { size: [32, 32, 32], margins: [0, 0, 0] },
          // At full weight the comparisons keep so short a run from learning to restore.
          loss: { compareWeight: 0.1 },
        }),
  }),
  finetuning: (_, dimensions) => ({
    optimiser: { schedule: 'cosine', ...(dimensions === 3 ? { learningRate: 1e-3 } : {}) },
    ...(dimensions === 2
      ? { steps: 300, batch: 32, views: { size: [112, 112] } }
      : { steps: 400, batch: 4, network: { width: 16 }, views: { size: [48, 48, 48] } }),
  }),
};

/** What the paper says: its presets, and as many epochs. */
const paper: Budget = {
  name: 'paper',
  seeds: 3,
  ratios: Number.POSITIVE_INFINITY,
  pretraining: () => ({ preset: 'paper' }),
  finetuning: () => ({ preset: 'paper' }),
};

/** Every budget by the word on the command line. */
export const budgets = { smoke, hours, paper } as const;

/** The label ratios that a budget takes of a table's. */
export function ratiosWithin({ ratios }: Budget, all: readonly number[]): readonly number[] {
  if (ratios >= all.length) return all;
  const step = (all.length - 1) / (ratios - 1);
  return Array.from({ length: ratios }, (_, index) => all[Math.round(index * step)]!);
}
