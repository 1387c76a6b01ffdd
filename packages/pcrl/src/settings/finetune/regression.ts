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
  task: oneOf('What is learnt.', ['regression']),
  dimensions: oneOf('Images (2) or volumes (3).', [2, 3]),
  ...sharedEntries,
  labelNames,
  loss: oneOf('Squared error, or smooth L1 (squared up to 1 standard deviation, then linear).', [
    'mse',
    'smooth-l1',
  ]),
  probe: v.strictObject({
    ...probeSchema.entries,
    kind: orNone(
      oneOf(
        'Instead of training: ridge regression (linear) or nearest neighbours (knn) on the features of the encoder as it came.',
        ['linear', 'knn'],
      ),
    ),
  }),
  network: classifierSchema,
  views: imageViews,
});

/** Everything that decides a regression run, resolved. */
export type RegressionSettings = DeepReadonly<v.InferOutput<typeof schema>>;
type Defaults = Filled<RegressionSettings>;

/** Neither the paper nor its code has this task: the values are those of classification, without dropout. */
const BASE: Readonly<Record<2 | 3, Defaults>> = {
  2: baseOf([224, 224]),
  3: baseOf([64, 64, 32]),
};

function baseOf(size: readonly number[]): Defaults {
  return {
    ...SHARED_DEFAULTS,
    labelNames: null,
    batch: 16,
    select: 'score',
    loss: 'mse',
    probe: NO_PROBE,
    network: { width: null, dropout: 0 },
    views: {
      size,
      spacing: 1,
      intensity: 'auto',
      scale: [0.3, 1],
      rotation: 10,
      flip: 0.5,
      validation: 'fixed',
    },
  };
}

const CHANGES: Readonly<Record<2 | 3, Record<Preset, DeepPartial<Defaults>>>> = {
  2: { official: {}, default: { batch: 64 }, paper: { ...PAPER_TRAINING, batch: 512 } },
  3: { official: {}, default: {}, paper: { ...PAPER_TRAINING, batch: 32 } },
};

export const regressionSettings: TaskSettings<typeof schema> = {
  schema,
  use: 'numbers',
  dimensions: [2, 3],
  defaults: (preset, dimensions): Group => merge(BASE[dimensions], CHANGES[dimensions][preset]),
};
