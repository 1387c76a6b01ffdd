import { DATASET_DEFAULTS } from './dataset-schema.js';
import type { DeepPartial } from './fields.js';
import type { Preset, PretrainSettings2D, PretrainSettings3D } from './pretrain-schema.js';

/** What a preset fills in; the rest says which data, where to, and which preset. */
type Filled<T> = Omit<T, 'dimensions' | 'preset' | 'data' | 'out'>;

export type PretrainDefaults2D = Filled<PretrainSettings2D>;
export type PretrainDefaults3D = Filled<PretrainSettings3D>;

const run = {
  method: 'pcrlv2',
  seed: 1,
  epochs: 240,
  steps: null,
  dataset: DATASET_DEFAULTS,
  device: 'auto',
  precision: 'fp32',
  threads: 0,
  workers: 2,
} as const;

const checkpoint = { everySteps: null, everyMinutes: 10, keep: 3 } as const;

const officialLoss = {
  restoreViews: 1,
  fullResolutionTerm: true,
  fullResolutionHead: 'separate',
  midTermBeta: 'cosine-240',
  matchSizes: 'upsample-prediction',
  compareWeight: 1,
  comparison: 'pairwise',
  scaleDraw: 'perPair',
  localReduction: 'mean',
} as const;

const paperLoss = {
  restoreViews: 2,
  fullResolutionTerm: false,
  fullResolutionHead: 'finest',
  midTermBeta: 1,
  scaleDraw: 'shared',
  localReduction: 'sum',
} as const;

const officialOptimiser = {
  schedule: 'cosine-per-epoch',
  momentum: 0.9,
  weightDecay: 1e-4,
  warmupSteps: 0,
  clipGradientNorm: null,
} as const;

/** What the released 2D code runs (`train_2d.py`, `data.py` and its README's command). */
export const OFFICIAL_2D: PretrainDefaults2D = {
  ...run,
  batch: 64,
  network: {
    encoderInit: 'imagenet',
    upsampling: 'nearest',
    restorationHead: 'official',
    outputActivation: 'linear',
    skipConnections: false,
  },
  views: {
    size: [224, 224],
    localSize: [96, 96],
    globalViews: 2,
    localViews: 6,
    localPlacement: 'multi-crop',
    minimumOverlap: 0.3,
    flip: 0.5,
    globalScale: [0.3, 1],
    localScale: [0.05, 0.3],
    aspect: [3 / 4, 4 / 3],
    rotation: 10,
    grayscale: 0.2,
    blur: { chance: 0.5, sigma: [0.1, 2] },
    colorJitter: [0.4, 0.4, 0.4, 0.4],
    cutout: { holes: 3, size: 32, onLocals: false },
  },
  loss: { scales: 5, ...officialLoss },
  optimiser: { learningRate: 1e-2, ...officialOptimiser },
  checkpoint,
};

/** What the released 3D code runs (`luna_preprocess.py`, `train_3d.py` and its README's command). */
export const OFFICIAL_3D: PretrainDefaults3D = {
  ...run,
  batch: 32,
  network: {
    width: 32,
    encoderInit: 'random',
    upsampling: 'transposed',
    restorationHead: 'official',
    outputActivation: 'sigmoid',
    skipConnections: false,
  },
  views: {
    size: [64, 64, 32],
    localSize: [16, 16, 16],
    globalViews: 2,
    localViews: 6,
    localPlacement: 'sub-crop',
    minimumOverlap: 0.3,
    flip: 0.5,
    cropSizes: [
      [96, 96, 64],
      [96, 96, 96],
      [112, 112, 64],
      [64, 64, 32],
    ],
    localCropSizes: [
      [32, 32, 16],
      [16, 16, 16],
      [32, 32, 32],
      [8, 8, 8],
    ],
    localInsideBox: false,
    tissueRule: 'official',
    margins: [70, 70, 15],
    spacing: 1,
    cropsPerVolume: 16,
    intensity: 'auto',
    storedCrops: true,
    affine: { scales: 0.1, degrees: 10 },
    blur: { std: [0, 2] },
    noise: { std: [0, 0.25] },
    gamma: { log: [-0.3, 0.3] },
    swap: { count: 100, patch: [8, 4, 4], onLocals: false },
    inputZNorm: true,
    targetZNorm: false,
  },
  loss: { scales: 3, ...officialLoss },
  optimiser: { learningRate: 1e-3, ...officialOptimiser },
  checkpoint,
};

/** The default follows the run's own length, and needs no weights that are not at hand. */
const ownLength = {
  loss: { midTermBeta: 'cosine' },
  optimiser: { schedule: 'cosine' },
} as const;

/** What each preset changes in the official values, in 2D. */
export const CHANGES_2D: Readonly<Record<Preset, DeepPartial<PretrainDefaults2D>>> = {
  official: {},
  default: { ...ownLength, network: { encoderInit: 'random' } },
  paper: {
    batch: 256,
    network: { encoderInit: 'random', restorationHead: 'paper' },
    views: { localSize: [224, 224], colorJitter: null, cutout: { onLocals: true } },
    loss: paperLoss,
    optimiser: { schedule: 'cosine', weightDecay: 1e-5 },
  },
};

/** What each preset changes in the official values, in 3D. */
export const CHANGES_3D: Readonly<Record<Preset, DeepPartial<PretrainDefaults3D>>> = {
  official: {},
  default: {
    ...ownLength,
    views: { localInsideBox: true, tissueRule: 'paper', storedCrops: false },
  },
  paper: {
    network: { restorationHead: 'paper' },
    views: {
      localInsideBox: true,
      tissueRule: 'paper',
      margins: [0, 0, 0],
      storedCrops: false,
      swap: { onLocals: true },
      inputZNorm: false,
    },
    loss: paperLoss,
    optimiser: { learningRate: 1e-2, schedule: 'cosine', weightDecay: 1e-5 },
  },
};
