import type { Dataset, Region } from '../datasets/index.js';
import { DatasetError } from '../errors.js';
import { dice, hausdorff95, type MaskGrid } from '../metrics/index.js';
import { labelsInMasks } from './masks.js';

/** A structure to segment: the voxels whose mask has one of its values. One may lie inside another. */
export interface Structure extends Region {
  /** The value of its voxels in a predicted mask, where no structure inside it is. */
  readonly label: number;
}

/**
 * What the masks of a data set hold: its regions, or every value above 0 as a structure of its own.
 *
 * @param wanted names of those to learn; all where null
 * @throws {DatasetError} masks are unusable or all empty, or hold values that belong to no region
 */
export async function structuresIn(
  dataset: Dataset,
  wanted: readonly string[] | null,
): Promise<readonly Structure[]> {
  const found = await labelsInMasks(dataset);
  const regions = dataset.regions ?? regionsOfLabels(found.map(String));
  const known = new Set(regions.flatMap(({ values }) => values));
  const unknown = found.filter((label) => !known.has(label));
  if (unknown.length === 0) return structuresOf(chosen(regions, wanted));
  throw new DatasetError(
    `masks hold values that stand for nothing here: ${unknown.join(', ')}`,
    `The regions are ${regions.map(({ name, values }) => `${name} (${values.join(', ')})`).join('; ')}.`,
  );
}

function chosen(regions: readonly Region[], wanted: readonly string[] | null): readonly Region[] {
  if (!wanted) return regions;
  return wanted.map((name) => {
    const found = regions.find((region) => region.name === name);
    if (found) return found;
    const names = regions.map((region) => region.name).join(', ');
    throw new DatasetError(`labelNames: no structure is called ${name}`, `There are ${names}.`);
  });
}

/** Label values as regions that are named after them. */
export function regionsOfLabels(labels: readonly string[]): readonly Region[] {
  return labels.map((name) => ({ name, values: [Number(name)] }));
}

/** Regions with the value that each has in a predicted mask: one that no region inside it shares. */
export function structuresOf(regions: readonly Region[]): readonly Structure[] {
  return regions.map((region) => {
    const inside = regions.filter(
      (other) =>
        other.values.length < region.values.length &&
        other.values.every((value) => region.values.includes(value)),
    );
    const own = region.values.find((value) => !inside.some(({ values }) => values.includes(value)));
    return { ...region, label: own ?? region.values[0]! };
  });
}

/** Dice of each structure, then the 95 % Hausdorff distance of each in millimetres: NaN where there is none. */
export function agreement(
  predicted: Uint8Array,
  truth: Uint8Array,
  grid: MaskGrid,
  structures: readonly Structure[],
): readonly number[] {
  const scores = structures.map(({ values }) => {
    const [p, t] = [membersOf(predicted, values), membersOf(truth, values)];
    return { dice: dice(p, t, [1])[0]!, distance: hausdorff95(p, t, grid, 1) ?? Number.NaN };
  });
  return [...scores.map((score) => score.dice), ...scores.map(({ distance }) => distance)];
}

/** 1 where a mask has one of the values. */
export function membersOf(mask: Uint8Array, values: readonly number[]): Uint8Array {
  const isMember = new Uint8Array(256);
  for (const value of values) isMember[value] = 1;
  return mask.map((label) => isMember[label]!);
}
