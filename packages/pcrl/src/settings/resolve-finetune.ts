import * as v from 'valibot';
import { SettingsError } from '../errors.js';
import {
  CLASSIFICATION_CHANGES,
  type ClassificationDefaults,
  OFFICIAL_CLASSIFICATION,
  OFFICIAL_SEGMENTATION,
  SEGMENTATION_CHANGES,
  type SegmentationDefaults,
} from './finetune-presets.js';
import {
  type ClassificationSettings,
  classificationSchema,
  type FinetuneInput,
  type FinetuneSettings,
  type SegmentationSettings,
  segmentationSchema,
} from './finetune-schema.js';
import { type Group, isGroup, merge, noneAsNull } from './merge.js';
import type { Preset } from './pretrain-schema.js';
import { settingsError } from './problems.js';
import { dimensionsOf, presetOf, sizeOf } from './resolve-pretrain.js';

/**
 * Fills in what the user left open from the preset for this task. Resolving what was resolved
 * changes nothing.
 *
 * @param given any part of the settings; `task`, `data` and `out` are needed, and for
 *   classification `dimensions` or a `views.size` that tells them
 * @throws {SettingsError} a key is unknown or a value not allowed; the message names all of them
 */
export function resolveFinetuneSettings(given: FinetuneInput): FinetuneSettings {
  const input = noneAsNull(given) as Group;
  const { task } = input;
  if (task === 'classification') return resolveClassification(input);
  if (task === 'segmentation') return resolveSegmentation(input);
  const what = task === undefined ? 'task is missing' : `task: got ${JSON.stringify(task)}`;
  throw new SettingsError(
    `${what}; allowed: classification | segmentation`,
    'Use classification for label columns, segmentation for masks.',
  );
}

/** What a preset fills in for classification. */
export function classificationDefaults(preset: Preset, dimensions: 2 | 3): ClassificationDefaults {
  const official = OFFICIAL_CLASSIFICATION[dimensions];
  const changes = CLASSIFICATION_CHANGES[dimensions][preset];
  return merge(official, changes) as unknown as ClassificationDefaults;
}

/** What a preset fills in for segmentation. */
export function segmentationDefaults(preset: Preset): SegmentationDefaults {
  return merge(
    OFFICIAL_SEGMENTATION,
    SEGMENTATION_CHANGES[preset],
  ) as unknown as SegmentationDefaults;
}

function resolveClassification(input: Group): ClassificationSettings {
  const dimensions = dimensionsOf(input);
  const preset = presetOf(input);
  const base = { dimensions, preset, ...classificationDefaults(preset, dimensions) };
  const merged = merge(base, withAxes(input, dimensions));
  const result = v.safeParse(classificationSchema, merged);
  if (!result.success) {
    throw settingsError(classificationSchema, result.issues, merged, [
      { schema: segmentationSchema, purpose: 'segmentation' },
    ]);
  }
  if (result.output.views.size.length === dimensions) return result.output;
  throw new SettingsError(
    `views.size: got ${result.output.views.size.join('x')} for dimensions: ${dimensions}`,
    `Give ${dimensions} numbers.`,
  );
}

function resolveSegmentation(input: Group): SegmentationSettings {
  const preset = presetOf(input);
  const merged = merge({ dimensions: 3, preset, ...segmentationDefaults(preset) }, input);
  const result = v.safeParse(segmentationSchema, merged);
  if (result.success) return withGroupsThatFit(result.output);
  throw settingsError(segmentationSchema, result.issues, merged, [
    { schema: classificationSchema, purpose: 'classification' },
  ]);
}

/** Group normalisation divides the channels of every layer, the fewest of which are `network.width`, by 8. */
function withGroupsThatFit(settings: SegmentationSettings): SegmentationSettings {
  const { width, normalisation } = settings.network;
  if (normalisation === 'batch' || width === null || width % 8 === 0) return settings;
  throw new SettingsError(
    `network.width: got ${width}, which 8 groups of channels do not divide`,
    'Give a multiple of 8, or set network.normalisation=batch.',
  );
}

// One number stands for two or three axes, which the schema of both dimensions cannot know.
function withAxes(input: Group, dimensions: 2 | 3): Group {
  const size = sizeOf(input, dimensions);
  if (!size || !isGroup(input.views)) return input;
  return { ...input, views: { ...input.views, size } };
}
