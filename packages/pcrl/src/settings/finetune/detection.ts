import * as v from 'valibot';
import {
  chance,
  type DeepPartial,
  type DeepReadonly,
  oneOf,
  perAxis,
  real,
  whole,
} from '../fields.js';
import { type Group, merge } from '../merge.js';
import type { Preset } from '../pretrain-schema.js';
import {
  classifierSchema,
  NO_PROBE,
  PAPER_TRAINING,
  probeSchema,
  SHARED_DEFAULTS,
  sharedEntries,
  volumeEntries,
} from './shared.js';
import type { Filled, TaskSettings } from './task-settings.js';

const schema = v.strictObject({
  task: oneOf('What is learnt.', ['detection']),
  dimensions: oneOf('Volumes (3).', [3]),
  ...sharedEntries,
  negatives: whole(
    'Training: candidates that are nothing for each that is a finding, drawn anew every epoch.',
    1,
  ),
  probe: probeSchema,
  network: classifierSchema,
  views: v.strictObject({
    size: perAxis('Crop around a candidate in voxels, x by y by z.', 3, 8),
    ...volumeEntries,
    shift: whole('Training: largest shift of the crop along each axis, in voxels.', 0),
    flip: chance('Training: chance of a mirrored axis; as often again, up to four times.'),
    turn: chance('Training: chance of a turn by 90 degrees in the plane of the first two axes.'),
    noise: v.strictObject({
      chance: chance('Training: chance of noise.'),
      deviation: real('Its standard deviation, on the scale from 0 to 1.', 0),
    }),
  }),
});

/** Everything that decides a detection run, resolved. */
export type DetectionSettings = DeepReadonly<v.InferOutput<typeof schema>>;
type Defaults = Filled<DetectionSettings>;

/** What the released data set class has and the rest of its protocol (section 5.4 of the methods). */
const OFFICIAL: Defaults = {
  ...SHARED_DEFAULTS,
  batch: 32,
  select: 'loss',
  negatives: 2,
  probe: NO_PROBE,
  network: { width: null, dropout: 0 },
  views: {
    size: [48, 48, 48],
    spacing: 1,
    intensity: 'auto',
    shift: 4,
    flip: 0.4,
    turn: 0.4,
    noise: { chance: 0.4, deviation: 1 },
  },
};

// Noise of the deviation 1 drowns an image on the scale from 0 to 1.
const faintNoise = { views: { noise: { deviation: 0.05 } } };

/** What each preset changes in the official values. */
const CHANGES: Readonly<Record<Preset, DeepPartial<Defaults>>> = {
  official: {},
  default: { ...faintNoise, select: 'score' },
  paper: { ...faintNoise, ...PAPER_TRAINING },
};

export const detectionSettings: TaskSettings<typeof schema> = {
  schema,
  use: 'candidates in volumes (LUNA16)',
  dimensions: [3],
  defaults: (preset): Group => merge(OFFICIAL, CHANGES[preset]),
};
