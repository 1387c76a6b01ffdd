import * as v from 'valibot';
import { SettingsError } from '../errors.js';
import { parseAxes } from './fields.js';
import { type Group, isGroup, merge, noneAsNull } from './merge.js';
import {
  CHANGES_2D,
  CHANGES_3D,
  OFFICIAL_2D,
  OFFICIAL_3D,
  type PretrainDefaults2D,
  type PretrainDefaults3D,
} from './presets.js';
import {
  type Preset,
  type PretrainInput,
  type PretrainSettings,
  type PretrainSettings2D,
  type PretrainSettings3D,
  pretrainSchema2D,
  pretrainSchema3D,
} from './pretrain-schema.js';
import { settingsError } from './problems.js';
import { scaleDefaults2D, scaleDefaults3D } from './scaled-defaults.js';

/**
 * Fills in what the user left open: the preset's values for these dimensions, scaled to the global
 * view's size, under the values given. Resolving what was resolved changes nothing.
 *
 * @param given any part of the settings; `data`, `out` and either `dimensions` or a three-part
 *   `views.size` are needed
 * @throws {SettingsError} a key is unknown or a value not allowed; the message names all of them
 */
export function resolvePretrainSettings(given: PretrainInput): PretrainSettings {
  const input = noneAsNull(given) as Group;
  const dimensions = dimensionsOf(input);
  const preset = presetOf(input);
  return dimensions === 2 ? resolve2D(input, preset) : resolve3D(input, preset);
}

/** What the `paper`, `official` or default preset fills in for images. */
export function pretrainDefaults2D(preset: Preset): PretrainDefaults2D {
  return merge(OFFICIAL_2D, CHANGES_2D[preset]) as unknown as PretrainDefaults2D;
}

/** What the `paper`, `official` or default preset fills in for volumes. */
export function pretrainDefaults3D(preset: Preset): PretrainDefaults3D {
  return merge(OFFICIAL_3D, CHANGES_3D[preset]) as unknown as PretrainDefaults3D;
}

/** The preset that an input names; `default` when it names none or one that does not exist. */
export function presetOf(input: Group): Preset {
  const { preset } = input;
  return preset === 'official' || preset === 'paper' ? preset : 'default';
}

/** The size that an input sets for `views.size`, when it fits the dimensions. */
export function sizeOf(input: Group, dimensions: 2 | 3): readonly number[] | undefined {
  const size = isGroup(input.views) ? input.views.size : undefined;
  if (typeof size !== 'number' && typeof size !== 'string' && !Array.isArray(size))
    return undefined;
  const axes = parseAxes(size, dimensions);
  const fits = axes.length === dimensions && axes.every((n) => Number.isSafeInteger(n) && n > 0);
  return fits ? axes : undefined;
}

/**
 * 2 or 3, as given, or as the size of the views tells.
 *
 * @throws {SettingsError} neither is given, or another number
 */
export function dimensionsOf(input: Group): 2 | 3 {
  const { dimensions } = input;
  if (dimensions === 2 || dimensions === 3) return dimensions;
  if (dimensions !== undefined) {
    throw new SettingsError(
      `dimensions: got ${JSON.stringify(dimensions)}; allowed: 2 | 3`,
      'Use 2 for images, 3 for volumes.',
    );
  }
  const rank = rankOf(isGroup(input.views) ? input.views.size : undefined);
  if (rank === 2 || rank === 3) return rank;
  throw new SettingsError(
    'dimensions is missing; allowed: 2 | 3',
    'Say dimensions: 2 for images or dimensions: 3 for volumes.',
  );
}

function rankOf(size: unknown): number {
  if (typeof size === 'string') return size.split('x').length;
  return Array.isArray(size) ? size.length : 1;
}

function resolve2D(input: Group, preset: Preset): PretrainSettings2D {
  const defaults = pretrainDefaults2D(preset);
  const size = sizeOf(input, 2);
  const base = size ? scaleDefaults2D(defaults, size) : defaults;
  const merged = merge({ dimensions: 2, preset, ...base }, input);
  const result = v.safeParse(pretrainSchema2D, merged);
  if (result.success) return result.output;
  throw settingsError(pretrainSchema2D, result.issues, merged, [
    { schema: pretrainSchema3D, purpose: 'volumes (dimensions: 3)' },
  ]);
}

function resolve3D(input: Group, preset: Preset): PretrainSettings3D {
  const defaults = pretrainDefaults3D(preset);
  const size = sizeOf(input, 3);
  const base = size ? scaleDefaults3D(defaults, size) : defaults;
  const merged = merge({ dimensions: 3, preset, ...base }, input);
  const result = v.safeParse(pretrainSchema3D, merged);
  if (result.success) return result.output;
  throw settingsError(pretrainSchema3D, result.issues, merged, [
    { schema: pretrainSchema2D, purpose: 'images (dimensions: 2)' },
  ]);
}
