import { DATASET_DEFAULTS } from './dataset-schema.js';
import type { DeepPartial } from './fields.js';
import type { ClassificationSettings, SegmentationSettings } from './finetune-schema.js';
import type { Preset } from './pretrain-schema.js';

type Filled<T> = Omit<T, 'task' | 'dimensions' | 'preset' | 'data' | 'out'>;

export type ClassificationDefaults = Filled<ClassificationSettings>;
export type SegmentationDefaults = Filled<SegmentationSettings>;

const shared = {
  from: 'scratch',
  dataset: DATASET_DEFAULTS,
  labels: 'all',
  labelSeed: null,
  labelNames: null,
  seed: 1,
  seeds: 3,
  epochs: 100,
  steps: null,
  frozenEncoder: false,
  patience: null,
  optimiser: {
    name: 'adam',
    learningRate: 1e-4,
    schedule: 'halve',
    halveEvery: 50,
    momentum: 0.9,
    weightDecay: 0,
    warmupSteps: 0,
    clipGradientNorm: null,
    encoderFactor: 1,
  },
  device: 'auto',
  precision: 'fp32',
  threads: 0,
  workers: 2,
} as const;

const paperTraining = {
  epochs: 240,
  select: 'score',
  optimiser: { name: 'sgd', learningRate: 1e-2, schedule: 'cosine', weightDecay: 1e-5 },
} as const;

/** What the released code runs on chest X-rays (`main.py`, `datasets/chestDataset.py`). */
const officialClassification: ClassificationDefaults = {
  ...shared,
  batch: 16,
  select: 'loss',
  probe: { kind: null, penalty: 'auto', neighbours: 20 },
  network: { width: null, dropout: 0.2 },
  views: {
    size: [224, 224],
    spacing: 1,
    intensity: 'auto',
    scale: [0.08, 1],
    rotation: 10,
    flip: 0.5,
    validation: 'random',
  },
};

/** The official values of classification, by the data's dimensions. */
export const OFFICIAL_CLASSIFICATION: Readonly<Record<2 | 3, ClassificationDefaults>> = {
  2: officialClassification,
  3: {
    ...officialClassification,
    views: { ...officialClassification.views, size: [64, 64, 32] },
  },
};

/** What the released code runs on volumes, made independent of one data set. */
export const OFFICIAL_SEGMENTATION: SegmentationDefaults = {
  ...shared,
  batch: 4,
  select: 'loss',
  loss: 'dice+bce-double-sigmoid',
  bceWeight: 0.2,
  network: { width: null, normalisation: 'group', skipConnections: true },
  views: { size: [64, 64, 32], spacing: 1, intensity: 'auto', flip: 0.5, overlap: 0.5 },
};

/** What each preset changes in the official values of classification. */
export const CLASSIFICATION_CHANGES: Readonly<
  Record<2 | 3, Record<Preset, DeepPartial<ClassificationDefaults>>>
> = {
  2: {
    official: {},
    default: { batch: 64, select: 'score', views: { validation: 'fixed' } },
    paper: { ...paperTraining, batch: 512, views: { validation: 'fixed' } },
  },
  3: {
    official: {},
    default: { select: 'score', views: { validation: 'fixed' } },
    paper: { ...paperTraining, batch: 32, views: { validation: 'fixed' } },
  },
};

/** What each preset changes in the official values of segmentation. */
export const SEGMENTATION_CHANGES: Readonly<Record<Preset, DeepPartial<SegmentationDefaults>>> = {
  official: {},
  default: { select: 'score', loss: 'dice+bce' },
  paper: { ...paperTraining, loss: 'dice' },
};
