import * as v from 'valibot';
import { computeEntries } from '../compute-schema.js';
import { DATASET_DEFAULTS, datasetSchema } from '../dataset-schema.js';
import {
  belowOne,
  chance,
  oneOf,
  orNone,
  perAxis,
  positive,
  range,
  real,
  text,
  texts,
  whole,
  yesNo,
} from '../fields.js';

const budgetNotes = {
  allowed: 'all, a percentage (10%), a number of cases (20), {ratio: 0.1} or {count: 20}',
  meaning: 'Labelled training cases to use; smaller choices are subsets of larger ones.',
};

const ratio = v.strictObject({
  ratio: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
});
const count = v.strictObject({ count: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) });

const labelBudget = v.pipe(
  v.union([v.string(), v.number(), ratio, count]),
  v.transform(parseLabelBudget),
  v.union([v.literal('all'), ratio, count]),
  v.metadata(budgetNotes),
);

function parseLabelBudget(given: string | number | { ratio: number } | { count: number }) {
  if (typeof given === 'object') return given;
  if (typeof given === 'number') return { count: given };
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(given.trim());
  // Dividing decimal digits keeps 2.5% and 10% the numbers that a reader expects.
  if (percent) return { ratio: Number((Number(percent[1]) / 100).toPrecision(12)) };
  return /^\d+$/.test(given.trim()) ? { count: Number(given) } : given.trim();
}

/** Settings of every task. */
export const sharedEntries = {
  preset: oneOf('Where values that you do not set come from.', ['default', 'official', 'paper']),
  data: texts('CSV files or folders with labels.'),
  out: text('The run folder to make.', 'a path'),
  from: text(
    'Where the encoder’s weights come from.',
    'scratch | a pre-training run | the path of a .safetensors file',
  ),
  dataset: datasetSchema,
  labels: labelBudget,
  labelSeed: orNone(
    whole('Seed that all repetitions draw their labelled cases by; none: each by its own.', 0),
  ),
  seed: whole('Seed of the first repetition; the others count on from it.', 0),
  seeds: whole('Repetitions, each with its own seed and labelled subset.', 1),
  epochs: whole('Passes over the labelled cases.', 1),
  steps: orNone(whole('Optimiser steps; takes the place of `epochs`.', 1)),
  batch: whole('Cases in one step.', 1),
  frozenEncoder: yesNo('Train only what is new; the encoder stays as it came.'),
  encoderStatistics: oneOf(
    'What the encoder’s batch normalisation normalises by in training: each batch, or the statistics it came with, which are kept.',
    ['batch', 'kept'],
  ),
  select: oneOf('Weights to keep: best validation score, lowest validation loss, or the last.', [
    'score',
    'loss',
    'last',
  ]),
  patience: orNone(whole('Stop after this many epochs without a better validation.', 1)),
  optimiser: v.strictObject({
    name: oneOf('The optimiser.', ['adam', 'sgd']),
    learningRate: positive('Learning rate at the start.'),
    schedule: oneOf('Learning rate over the run: halved every few epochs, cosine, constant.', [
      'halve',
      'cosine',
      'constant',
    ]),
    halveEvery: whole('Epochs between two halvings.', 1),
    momentum: belowOne('Momentum of SGD.'),
    weightDecay: real('Weight decay.', 0),
    warmupSteps: whole('Steps in which the learning rate rises from 0.', 0),
    clipGradientNorm: orNone(positive('Largest norm of the gradient of all weights.')),
    encoderFactor: positive(
      "The encoder's learning rate, as a multiple of that of the other layers.",
    ),
  }),
  ...computeEntries,
};

/** What every preset begins with. */
export const SHARED_DEFAULTS = {
  from: 'scratch',
  dataset: DATASET_DEFAULTS,
  labels: 'all',
  labelSeed: null,
  seed: 1,
  seeds: 3,
  epochs: 100,
  steps: null,
  frozenEncoder: false,
  encoderStatistics: 'batch',
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

/** What the paper says of every task. */
export const PAPER_TRAINING = {
  epochs: 240,
  select: 'score',
  optimiser: { name: 'sgd', learningRate: 1e-2, schedule: 'cosine', weightDecay: 1e-5 },
} as const;

export const labelNames = orNone(texts('Label columns to learn; none takes all.'));

export const widthOf3D = orNone(
  whole('3D: channels of the first convolution; none takes those of `from`, or 32.', 2),
);

const inputSize = v.pipe(
  v.union([perAxis('', 3, 8), perAxis('', 2, 16)]),
  v.metadata({
    allowed: 'whole numbers: 112 or 128x96 in 2D, 64x64x32 in 3D',
    meaning: 'Input of the network, in pixels or voxels.',
  }),
);

const millimetres = v.pipe(v.number(), v.finite(), v.gtValue(0));

/** How volumes are brought to the grid and the scale of pre-training. */
export const volumeEntries = {
  spacing: v.pipe(
    v.union([v.literal('native'), millimetres, v.tuple([millimetres, millimetres, millimetres])]),
    v.metadata({
      allowed: 'a number of millimetres above 0, three of them [x, y, z], or native',
      meaning: '3D: voxel spacing that volumes are resampled to.',
    }),
  ),
  intensity: v.pipe(
    v.union([v.picklist(['auto', 'ct', 'percentile', 'full-range']), range('')]),
    v.metadata({
      allowed: 'auto | ct | percentile | full-range, or [low, high] in Hounsfield units',
      meaning:
        '3D: what of the image’s values becomes [0, 1]: auto, ct and percentile as in pre-training; the lowest to the highest; or a window.',
    }),
  ),
};

/** How images are shown to a network that reads them whole. */
export const imageViews = v.strictObject({
  size: inputSize,
  ...volumeEntries,
  scale: range("2D: share of the image's area that a training crop covers.", 0, 1),
  rotation: real('2D: largest rotation of a training image, in degrees.', 0, 180),
  flip: chance('Chance of a mirrored training image (first axis).'),
  validation: oneOf('Validation images as in testing (fixed) or as in training (random).', [
    'fixed',
    'random',
  ]),
});

/** How a frozen encoder is probed in place of training. */
export const probeSchema = v.strictObject({
  kind: orNone(
    oneOf(
      'Instead of training: logistic regression (linear) or nearest neighbours (knn) on the features of the encoder as it came.',
      ['linear', 'knn'],
    ),
  ),
  penalty: v.pipe(
    v.union([v.literal('auto'), v.pipe(v.number(), v.finite(), v.gtValue(0))]),
    v.metadata({
      allowed: 'a number above 0, or auto',
      meaning:
        'Linear probe: half of it times the squared weights is added to the sum of the losses; auto takes the best of 0.01 to 10,000 on the validation split.',
    }),
  ),
  neighbours: whole('kNN probe: labelled cases that vote.', 1),
  startsHead: yesNo(
    'Fine-tuning begins with a linear probe as its last layer, not at random weights.',
  ),
});

/** No probe, and what one would take. */
export const NO_PROBE = { kind: null, penalty: 'auto', neighbours: 20, startsHead: false } as const;

/** Dropout and width of a classifier. */
export const classifierSchema = v.strictObject({
  width: widthOf3D,
  dropout: chance('Chance that a feature is dropped before the last layer.'),
});
