import * as v from 'valibot';
import { computeEntries } from './compute-schema.js';
import { datasetSchema } from './dataset-schema.js';
import {
  belowOne,
  chance,
  type DeepPartial,
  type DeepReadonly,
  oneOf,
  orNone,
  perAxis,
  positive,
  range,
  real,
  sizes,
  text,
  texts,
  whole,
  yesNo,
} from './fields.js';

const runEntries = {
  method: oneOf('The self-supervised method.', ['pcrlv2']),
  preset: oneOf('Where values that you do not set come from.', ['default', 'official', 'paper']),
  data: texts('Folders of images, CSV files or lists of images.'),
  out: text('The run folder to make.', 'a path'),
  seed: whole('Every random draw is a function of this number.', 0),
  epochs: whole('Passes over the data.', 1),
  steps: orNone(whole('Optimiser steps; takes the place of `epochs`.', 1)),
  batch: whole('Images in one step.', 2),
  dataset: datasetSchema,
  ...computeEntries,
};

const encoderInit2D = text(
  'Start weights of the encoder; `imagenet` are those of torchvision’s ResNet-18.',
  'random | imagenet | the path of a .safetensors file',
);
const encoderInit3D = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.notValue('imagenet'),
  v.metadata({
    allowed: 'random | the path of a .safetensors file',
    meaning: 'Start weights of the encoder.',
  }),
);
const upsampling = oneOf('How a decoder level doubles its input.', ['nearest', 'transposed']);
const restorationHead = oneOf(
  'Head that restores the image from a decoder level. 2D: conv3-BN-ReLU-conv1 (official), conv3-BN-ReLU-conv3 (paper). 3D: conv3-BN (official), conv3-BN-ReLU-conv3 (paper).',
  ['official', 'paper'],
);
const outputActivation = oneOf('Activation after every restoration.', ['linear', 'sigmoid']);

const skipConnections = yesNo(
  'Hand the encoder’s features on to the decoder: a U-Net in place of the nsUNet (an ablation).',
);

const networkEntries = { upsampling, restorationHead, outputActivation, skipConnections };

const network2D = v.strictObject({ encoderInit: encoderInit2D, ...networkEntries });

const network3D = v.strictObject({
  width: whole('Channels of the first convolution; every stage doubles them.', 2),
  encoderInit: encoderInit3D,
  ...networkEntries,
});

const sharedViewEntries = {
  globalViews: oneOf('Large views of one image.', [2]),
  localViews: whole('Small views of one image.', 0),
  localPlacement: oneOf(
    'Local views anywhere in the image (multi-crop), or inside the smallest box around both global views (sub-crop).',
    ['multi-crop', 'sub-crop'],
  ),
  minimumOverlap: real(
    'Intersection over union that the two global views must exceed (sub-crop only).',
    0,
    1,
  ),
  flip: chance('Chance of a mirrored view (first axis).'),
};

const views2D = v.strictObject({
  size: perAxis('Global view in pixels, width x height.', 2, 16),
  localSize: perAxis('Local view in pixels, width x height.', 2, 16),
  ...sharedViewEntries,
  globalScale: range("Share of the image's area that a global view covers.", 0, 1),
  localScale: range("Share of the image's area that a local view covers.", 0, 1),
  aspect: range('Width over height of a crop, drawn log-uniformly.', 0.01, 100),
  rotation: real('Largest rotation, in degrees.', 0, 180),
  grayscale: chance('Chance that the input loses its colour.'),
  blur: v.strictObject({
    chance: chance('Chance of a Gaussian blur.'),
    sigma: range('Standard deviation of the blur, in pixels.', 0),
  }),
  colorJitter: orNone(
    v.pipe(
      v.tuple([
        v.pipe(v.number(), v.minValue(0)),
        v.pipe(v.number(), v.minValue(0)),
        v.pipe(v.number(), v.minValue(0)),
        v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)),
      ]),
      v.metadata({
        allowed: '[brightness, contrast, saturation, hue], each 0 or more, hue at most 0.5',
        meaning: 'Strength of brightness, contrast, saturation and hue changes.',
      }),
    ),
  ),
  cutout: v.strictObject({
    holes: whole('Square holes in an input view.', 0),
    size: whole('Side of a hole, in pixels.', 1),
    onLocals: yesNo('Holes in local views too.'),
  }),
});

const views3D = v.strictObject({
  size: perAxis('Global view in voxels, x by y by z.', 3, 8),
  localSize: perAxis('Local view in voxels, x by y by z.', 3, 8),
  ...sharedViewEntries,
  cropSizes: sizes('Sizes in voxels of which a global crop takes one, before resizing.', 3),
  localCropSizes: sizes('Sizes in voxels of which a local crop takes one, before resizing.', 3),
  localInsideBox: yesNo(
    'Local crops wholly inside the box; otherwise only their start corner, give or take 3 voxels.',
  ),
  tissueRule: oneOf(
    'Crops to draw again: more than 85 % of the voxels under -150 HU (paper); too much tissue (official).',
    ['paper', 'official', 'off'],
  ),
  margins: perAxis('Voxels kept free at both ends of each axis; less in a small volume.', 3, 0),
  spacing: v.pipe(
    v.union([v.literal('native'), v.pipe(v.number(), v.finite(), v.gtValue(0))]),
    v.metadata({
      allowed: 'a number of millimetres above 0, or native',
      meaning: 'Voxel spacing that volumes are resampled to.',
    }),
  ),
  cropsPerVolume: whole('Pairs of crops from one volume in one epoch.', 1),
  intensity: oneOf(
    'Mapping to [0, 1]: HU from -1000 to 1000 (ct), percentiles 0.5 to 99.5 (percentile), by the kind of image (auto).',
    ['auto', 'ct', 'percentile'],
  ),
  storedCrops: yesNo('Draw the crops once and use the same ones in every epoch.'),
  affine: v.strictObject({
    scales: real('Each axis is scaled by 1 plus or minus at most this.', 0, 0.9),
    degrees: real('Largest rotation about each axis, in degrees.', 0, 180),
  }),
  blur: v.strictObject({
    std: range('Standard deviation of the blur along each axis, in voxels.', 0),
  }),
  noise: v.strictObject({ std: range('Standard deviation of added Gaussian noise.', 0) }),
  gamma: v.strictObject({ log: range('Logarithm of the exponent put on intensities.') }),
  swap: v.strictObject({
    count: whole('Pairs of patches that change places in an input view.', 0),
    patch: perAxis('Size of a patch in voxels.', 3),
    onLocals: yesNo('Swaps in local views too.'),
  }),
  inputZNorm: yesNo('Inputs with mean 0 and standard deviation 1.'),
  targetZNorm: yesNo('Targets with mean 0 and standard deviation 1.'),
});

const betaSchema = v.pipe(
  v.union([v.picklist(['cosine', 'cosine-240']), v.pipe(v.number(), v.finite(), v.minValue(0))]),
  v.metadata({
    allowed: 'cosine | cosine-240 | a number, 0 or more',
    meaning:
      'Weight of the restoration at the drawn scale: from 1 to 0 over the run (cosine) or over 240 epochs (cosine-240), or fixed.',
  }),
);

const lossSchema = (levels: 3 | 5) =>
  v.strictObject({
    scales: whole('Decoder levels that take part, the finest first.', 1, levels),
    restoreViews: oneOf('Global views that are restored.', [1, 2]),
    fullResolutionTerm: yesNo('Restore at full resolution in every step.'),
    fullResolutionHead: oneOf(
      'Head of that term: one of its own on the last decoder map, or the finest level’s.',
      ['separate', 'finest'],
    ),
    midTermBeta: betaSchema,
    matchSizes: oneOf('How a coarse restoration meets its target.', [
      'upsample-prediction',
      'downsample-target',
    ]),
    compareWeight: real(
      'Factor on the comparisons of views; -1 gives equation 9 with the sign as printed.',
    ),
    comparison: oneOf(
      'What is compared: both views at one decoder level (pairwise), every level that takes part with every one (crossed), or the encoder’s last features alone (encoder).',
      ['pairwise', 'crossed', 'encoder'],
    ),
    scaleDraw: oneOf('One scale a step, or a fresh one for each local-global pair.', [
      'shared',
      'perPair',
    ]),
    localReduction: oneOf('Local-global comparisons are averaged or added up.', ['mean', 'sum']),
  });

const optimiserSchema = v.strictObject({
  learningRate: positive('Learning rate of SGD at its height.'),
  schedule: oneOf('Learning rate over the run: cosine to 0 by step or by epoch, or constant.', [
    'cosine',
    'cosine-per-epoch',
    'constant',
  ]),
  momentum: belowOne('Momentum of SGD.'),
  weightDecay: real('Weight decay of SGD.', 0),
  warmupSteps: whole('Steps in which the learning rate rises from 0.', 0),
  clipGradientNorm: orNone(positive('Largest norm of the gradient of all weights.')),
});

const checkpointSchema = v.strictObject({
  everySteps: orNone(whole('Save after this many steps.', 1)),
  everyMinutes: orNone(positive('Save after this many minutes.')),
  keep: whole('Checkpoints to keep.', 1),
});

export const pretrainSchema2D = v.strictObject({
  dimensions: oneOf('Images (2) or volumes (3).', [2]),
  ...runEntries,
  network: network2D,
  views: views2D,
  loss: lossSchema(5),
  optimiser: optimiserSchema,
  checkpoint: checkpointSchema,
});

export const pretrainSchema3D = v.strictObject({
  dimensions: oneOf('Images (2) or volumes (3).', [3]),
  ...runEntries,
  network: network3D,
  views: views3D,
  loss: lossSchema(3),
  optimiser: optimiserSchema,
  checkpoint: checkpointSchema,
});

/** Everything that decides a pre-training run on images, resolved. */
export type PretrainSettings2D = DeepReadonly<v.InferOutput<typeof pretrainSchema2D>>;
/** Everything that decides a pre-training run on volumes, resolved. */
export type PretrainSettings3D = DeepReadonly<v.InferOutput<typeof pretrainSchema3D>>;
/** Everything that decides a pre-training run; `dimensions` tells the two kinds apart. */
export type PretrainSettings = PretrainSettings2D | PretrainSettings3D;

/** What a user may write: any part of the settings, sizes also as `112` or `"64x64x32"`. */
export type PretrainInput =
  | DeepPartial<DeepReadonly<v.InferInput<typeof pretrainSchema2D>>>
  | DeepPartial<DeepReadonly<v.InferInput<typeof pretrainSchema3D>>>;

export type Preset = PretrainSettings['preset'];
export type NetworkSettings2D = PretrainSettings2D['network'];
export type NetworkSettings3D = PretrainSettings3D['network'];
export type ViewSettings2D = PretrainSettings2D['views'];
export type ViewSettings3D = PretrainSettings3D['views'];
export type LossSettings = PretrainSettings['loss'];
export type OptimiserSettings = PretrainSettings['optimiser'];
export type CheckpointSettings = PretrainSettings['checkpoint'];
