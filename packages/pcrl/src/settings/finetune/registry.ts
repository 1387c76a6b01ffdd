import type * as v from 'valibot';
import type { DeepPartial, DeepReadonly } from '../fields.js';
import { classificationSettings } from './classification.js';
import { detectionSettings } from './detection.js';
import { regressionSettings } from './regression.js';
import { segmentationSettings } from './segmentation.js';

/** The settings of every task, by the name users type. A new task is one file and one line here. */
export const taskSettings = {
  classification: classificationSettings,
  regression: regressionSettings,
  segmentation: segmentationSettings,
  detection: detectionSettings,
} as const;

export type TaskName = keyof typeof taskSettings;
type SchemaOf<Name extends TaskName> = (typeof taskSettings)[Name]['schema'];

/** Everything that decides a fine-tuning run; `task` tells the kinds apart. */
export type FinetuneSettings = {
  [Name in TaskName]: DeepReadonly<v.InferOutput<SchemaOf<Name>>>;
}[TaskName];

/** What a user may write: any part of the settings. */
export type FinetuneInput = {
  [Name in TaskName]: DeepPartial<DeepReadonly<v.InferInput<SchemaOf<Name>>>>;
}[TaskName];
