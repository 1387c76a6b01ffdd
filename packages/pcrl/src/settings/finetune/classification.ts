import * as v from 'valibot';
import { type DeepPartial, type DeepReadonly, oneOf, orNone } from '../fields.js';
import { type Group, merge } from '../merge.js';
import type { Preset } from '../pretrain-schema.js';
import {
  classifierSchema,
  imageViews,
  labelNames,
  NO_PROBE,
  PAPER_TRAINING,
  probeSchema,
  SHARED_DEFAULTS,
  sharedEntries,
} from './shared.js';
import type { Filled, TaskSettings } from './task-settings.js';

const schema = v.strictObject({
  task: oneOf('What is learnt.', ['classification']),
  dimensions: oneOf('Images (2) or volumes (3).', [2, 3]),
  ...sharedEntries,
  labelNames,
  imbalance: orNone(
    oneOf(
      'Rare classes: weights the loss of positive cases by negatives over positives among the labelled ones; of several classes that exclude each other, by the inverse of their shares.',
      ['weights'],
    ),
  ),
  probe: probeSchema,
  network: classifierSchema,
  views: imageViews,
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
  imbalance: null,
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
