import * as v from 'valibot';
import { SettingsError } from '../../errors.js';
import {
  belowOne,
  chance,
  type DeepPartial,
  type DeepReadonly,
  oneOf,
  orNone,
  perAxis,
  range,
  real,
  texts,
  whole,
  yesNo,
} from '../fields.js';
import { type Group, merge } from '../merge.js';
import type { Preset } from '../pretrain-schema.js';
import { PROTOCOL_CHANGES, PROTOCOLS } from './archives.js';
import {
  PAPER_TRAINING,
  SHARED_DEFAULTS,
  sharedEntries,
  volumeEntries,
  widthOf3D,
} from './shared.js';
import type { Filled, TaskSettings } from './task-settings.js';

const schema = v.strictObject({
  task: oneOf('What is learnt.', ['segmentation']),
  dimensions: oneOf('Images (2) or volumes (3).', [2, 3]),
  ...sharedEntries,
  protocol: orNone(
    oneOf(
      '3D: archive whose own values the presets official and paper have; the command line takes that of DATA.',
      PROTOCOLS,
    ),
  ),
  labelNames: orNone(texts('Structures to learn, by their names; none takes all.')),
  loss: oneOf(
    'Dice; Dice plus BCE of the probabilities; or, as the released code has it, plus BCE of the sigmoid of the probabilities; or Tversky with weights 0.3 and 0.7.',
    ['dice', 'dice+bce', 'dice+bce-double-sigmoid', 'tversky'],
  ),
  bceWeight: real('Weight of the BCE next to Dice.', 0),
  largestComponent: yesNo(
    '3D: of what a predicted mask marks, keep the largest connected part, and fill its holes.',
  ),
  network: v.strictObject({
    width: widthOf3D,
    normalisation: oneOf('3D: batch or group normalisation (8 groups). In 2D it is batch.', [
      'batch',
      'group',
    ]),
    skipConnections: yesNo('Hand the encoder’s features on to the decoder.'),
    strided: yesNo(
      '3D: behind a strided convolution and a pooling, with outputs at four depths that training sees, as the released code has it for LiTS; with group normalisation and skip connections.',
    ),
    dropout: chance('3D, strided: chance that a feature is dropped.'),
  }),
  views: v.strictObject({
    size: v.pipe(
      v.union([perAxis('', 3, 8), perAxis('', 2, 32)]),
      v.metadata({
        allowed: 'whole numbers: 224 or 256x192 in 2D, 64x64x32 in 3D',
        meaning:
          '3D: training crop and inference window in voxels, x by y by z. 2D: what crops, and in testing whole pictures, are stretched to, width by height.',
      }),
    ),
    ...volumeEntries,
    scale: range("2D: share of the image's area that a training crop covers.", 0, 1),
    rotation: real('2D: largest rotation of a training image, in degrees.', 0, 180),
    margin: orNone(
      whole(
        '3D: training crops lie where the mask is, with so many voxels around it; none: anywhere.',
        0,
      ),
    ),
    flip: chance('3D: chance of a flip along each axis. 2D: of a mirrored training image.'),
    overlap: belowOne('3D: overlap of the windows that slide over a volume in testing.'),
  }),
});

/** Everything that decides a segmentation run, resolved. */
export type SegmentationSettings = DeepReadonly<v.InferOutput<typeof schema>>;
export type SegmentationDefaults = Filled<SegmentationSettings>;

/** What the released code runs on volumes, made independent of one data set. */
const volumes: SegmentationDefaults = {
  ...SHARED_DEFAULTS,
  protocol: null,
  labelNames: null,
  batch: 4,
  select: 'loss',
  loss: 'dice+bce-double-sigmoid',
  bceWeight: 0.2,
  largestComponent: false,
  network: {
    width: null,
    normalisation: 'group',
    skipConnections: true,
    strided: false,
    dropout: 0,
  },
  views: {
    size: [64, 64, 32],
    spacing: 1,
    intensity: 'auto',
    scale: [0.3, 1],
    rotation: 10,
    margin: null,
    flip: 0.5,
    overlap: 0.5,
  },
};

/** Neither the paper nor its code segments pictures. */
const OFFICIAL: Readonly<Record<2 | 3, SegmentationDefaults>> = {
  2: { ...volumes, batch: 16, views: { ...volumes.views, size: [224, 224] } },
  3: volumes,
};

/** What each preset changes in the official values. */
const CHANGES: Readonly<Record<Preset, DeepPartial<SegmentationDefaults>>> = {
  official: {},
  default: { select: 'score', loss: 'dice+bce' },
  paper: { ...PAPER_TRAINING, loss: 'dice' },
};

export const segmentationSettings: TaskSettings<typeof schema> = {
  schema,
  use: 'masks',
  dimensions: [2, 3],
  otherwise: 3,
  defaults: (preset, dimensions, { protocol }): Group => {
    const own = PROTOCOLS.find((name) => dimensions === 3 && name === protocol);
    const plain = merge(OFFICIAL[dimensions], CHANGES[preset]);
    return own ? merge(plain, PROTOCOL_CHANGES[own][preset]) : plain;
  },
  check: (settings) => {
    const { network } = settings;
    if (network.width !== null) checkGroups(network.width, network);
    checkStrided(settings);
  },
};

function checkStrided({ dimensions, network }: SegmentationSettings): void {
  if (!network.strided) {
    if (network.dropout === 0) return;
    throw new SettingsError(
      `network.dropout: got ${network.dropout}, and only the strided network drops features`,
      'Set network.strided=true, or leave network.dropout at 0.',
    );
  }
  if (dimensions === 3 && network.normalisation === 'group' && network.skipConnections) return;
  throw new SettingsError(
    'network.strided is for volumes, with network.normalisation=group and network.skipConnections=true',
    'Leave those two as they are, or network.strided at false.',
  );
}

/**
 * Group normalisation divides the channels of every layer, the fewest of which are `width`, by 8.
 *
 * @throws {SettingsError} they cannot be divided
 */
export function checkGroups(
  width: number,
  { normalisation }: Pick<SegmentationSettings['network'], 'normalisation'>,
): void {
  if (normalisation === 'batch' || width % 8 === 0) return;
  throw new SettingsError(
    `network.width: got ${width}, which 8 groups of channels do not divide`,
    'Set network.normalisation=batch, or give a multiple of 8; weights given by --from keep their width.',
  );
}
