import * as v from 'valibot';
import { chance, type DeepPartial, type DeepReadonly, oneOf, range, real } from '../fields.js';
import { type Group, merge } from '../merge.js';
import type { Preset } from '../pretrain-schema.js';
import {
  classifierSchema,
  inputSize,
  labelNames,
  NO_PROBE,
  PAPER_TRAINING,
  probeSchema,
  SHARED_DEFAULTS,
  sharedEntries,
  volumeEntries,
} from './shared.js';
import type { Filled, TaskSettings } from './task-settings.js';

const schema = v.strictObject({
  task: oneOf('What is learnt.', ['classification']),
  dimensions: oneOf('Images (2) or volumes (3).', [2, 3]),
  ...sharedEntries,
  labelNames,
  probe: probeSchema,
  network: classifierSchema,
  views: v.strictObject({
    size: inputSize,
    ...volumeEntries,
    scale: range("2D: share of the image's area that a training crop covers.", 0, 1),
    rotation: real('2D: largest rotation of a training image, in degrees.', 0, 180),
    flip: chance('Chance of a mirrored training image (first axis).'),
    validation: oneOf('Validation images as in testing (fixed) or as in training (random).', [
      'fixed',
      'random',
    ]),
  }),
});

/** Everything that decides a classification run, resolved. */
export type ClassificationSettings = DeepReadonly<v.InferOutput<typeof schema>>;
type Defaults = Filled<ClassificationSettings>;

/** What the released code runs on chest X-rays (`main.py`, `datasets/chestDataset.py`). */
const official: Defaults = {
  ...SHARED_DEFAULTS,
  labelNames: null,
  batch: 16,
  select: 'loss',
  probe: NO_PROBE,
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

const OFFICIAL: Readonly<Record<2 | 3, Defaults>> = {
  2: official,
  3: { ...official, views: { ...official.views, size: [64, 64, 32] } },
};

/** What each preset changes in the official values. */
const CHANGES: Readonly<Record<2 | 3, Record<Preset, DeepPartial<Defaults>>>> = {
  2: {
    official: {},
    default: { batch: 64, select: 'score', views: { validation: 'fixed' } },
    paper: { ...PAPER_TRAINING, batch: 512, views: { validation: 'fixed' } },
  },
  3: {
    official: {},
    default: { select: 'score', views: { validation: 'fixed' } },
    paper: { ...PAPER_TRAINING, batch: 32, views: { validation: 'fixed' } },
  },
};

export const classificationSettings: TaskSettings<typeof schema> = {
  schema,
  use: 'label columns',
  dimensions: [2, 3],
  defaults: (preset, dimensions): Group => merge(OFFICIAL[dimensions], CHANGES[dimensions][preset]),
};
