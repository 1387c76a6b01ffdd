import * as v from 'valibot';
import { computeEntries } from './compute-schema.js';
import { datasetSchema } from './dataset-schema.js';
import {
  chance,
  type DeepPartial,
  type DeepReadonly,
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
} from './fields.js';

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

const sharedEntries = {
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
  labelNames: orNone(texts('Label columns to learn; none takes all.')),
  seed: whole('Seed of the first repetition; the others count on from it.', 0),
  seeds: whole('Repetitions, each with its own seed and labelled subset.', 1),
  epochs: whole('Passes over the labelled cases.', 1),
  steps: orNone(whole('Optimiser steps; takes the place of `epochs`.', 1)),
  batch: whole('Cases in one step.', 1),
  frozenEncoder: yesNo('Train only what is new; the encoder stays as it came.'),
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
    momentum: v.pipe(
      v.number(),
      v.minValue(0),
      v.ltValue(1),
      v.metadata({ allowed: 'a number from 0 to below 1', meaning: 'Momentum of SGD.' }),
    ),
    weightDecay: real('Weight decay.', 0),
    warmupSteps: whole('Steps in which the learning rate rises from 0.', 0),
    clipGradientNorm: orNone(positive('Largest norm of the gradient of all weights.')),
    encoderFactor: positive(
      "The encoder's learning rate, as a multiple of that of the other layers.",
    ),
  }),
  ...computeEntries,
};

const widthOf3D = orNone(
  whole('3D: channels of the first convolution; none takes those of `from`, or 32.', 2),
);

const size = v.pipe(
  v.union([perAxis('', 3, 8), perAxis('', 2, 16)]),
  v.metadata({
    allowed: 'whole numbers: 112 or 128x96 in 2D, 64x64x32 in 3D',
    meaning: 'Input of the network, in pixels or voxels.',
  }),
);

const intensityEntries = {
  spacing: v.pipe(
    v.union([v.literal('native'), v.pipe(v.number(), v.finite(), v.gtValue(0))]),
    v.metadata({
      allowed: 'a number of millimetres above 0, or native',
      meaning: '3D: voxel spacing that volumes are resampled to.',
    }),
  ),
  intensity: oneOf('3D: mapping of the image’s values to [0, 1], as in pre-training.', [
    'auto',
    'ct',
    'percentile',
  ]),
};

export const classificationSchema = v.strictObject({
  task: oneOf('What is learnt.', ['classification']),
  dimensions: oneOf('Images (2) or volumes (3).', [2, 3]),
  ...sharedEntries,
  probe: v.strictObject({
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
  }),
  network: v.strictObject({
    width: widthOf3D,
    dropout: chance('Chance that a feature is dropped before the last layer.'),
  }),
  views: v.strictObject({
    size,
    ...intensityEntries,
    scale: range("2D: share of the image's area that a training crop covers.", 0, 1),
    rotation: real('2D: largest rotation of a training image, in degrees.', 0, 180),
    flip: chance('Chance of a mirrored training image (first axis).'),
    validation: oneOf('Validation images as in testing (fixed) or as in training (random).', [
      'fixed',
      'random',
    ]),
  }),
});

export const segmentationSchema = v.strictObject({
  task: oneOf('What is learnt.', ['segmentation']),
  dimensions: oneOf('Volumes (3).', [3]),
  ...sharedEntries,
  loss: oneOf(
    'Dice; Dice plus BCE of the probabilities; or, as the released code has it, plus BCE of the sigmoid of the probabilities; or Tversky with weights 0.3 and 0.7.',
    ['dice', 'dice+bce', 'dice+bce-double-sigmoid', 'tversky'],
  ),
  bceWeight: real('Weight of the BCE next to Dice.', 0),
  network: v.strictObject({
    width: widthOf3D,
    normalisation: oneOf('Batch or group normalisation (8 groups).', ['batch', 'group']),
    skipConnections: yesNo('Hand the encoder’s features on to the decoder.'),
  }),
  views: v.strictObject({
    size: perAxis('Training crop and inference window in voxels, x by y by z.', 3, 8),
    ...intensityEntries,
    flip: chance('Chance of a flip along each axis.'),
    overlap: v.pipe(
      v.number(),
      v.minValue(0),
      v.ltValue(1),
      v.metadata({
        allowed: 'a number from 0 to below 1',
        meaning: 'Overlap of the windows that slide over a volume in testing.',
      }),
    ),
  }),
});

/** Everything that decides a classification run, resolved. */
export type ClassificationSettings = DeepReadonly<v.InferOutput<typeof classificationSchema>>;
/** Everything that decides a segmentation run, resolved. */
export type SegmentationSettings = DeepReadonly<v.InferOutput<typeof segmentationSchema>>;
/** Everything that decides a fine-tuning run; `task` tells the two kinds apart. */
export type FinetuneSettings = ClassificationSettings | SegmentationSettings;

/** What a user may write: any part of the settings. */
export type FinetuneInput =
  | DeepPartial<DeepReadonly<v.InferInput<typeof classificationSchema>>>
  | DeepPartial<DeepReadonly<v.InferInput<typeof segmentationSchema>>>;
