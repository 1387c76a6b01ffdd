import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isGroup } from '../settings/merge.js';
import type { Dataset, Region } from './dataset.js';
import type { Findings } from './findings.js';
import type { Source } from './source.js';

/** A file that says what the values in masks stand for. */
interface Named {
  readonly file: string;
  readonly regions: readonly Region[];
}

/**
 * What the values in masks stand for, by the `dataset.json` beside a CSV or in a folder: as the Medical
 * Segmentation Decathlon writes it, `"labels": {"0": "background", "1": "liver"}`, or as nnU-Net does,
 * `"labels": {"background": 0, "whole tumour": [1, 2], "core": 2}`. Nothing where there is none.
 *
 * @param findings receives files that cannot be understood, or that contradict each other
 */
export async function namedMasks(
  sources: readonly Source[],
  findings: Findings,
): Promise<Pick<Dataset, 'regions'>> {
  const folders = sources.map(({ kind, path }) => (kind === 'folder' ? path : dirname(path)));
  const named: Named[] = [];
  for (const folder of new Set(folders)) {
    const file = join(folder, 'dataset.json');
    const content = await readFile(file, 'utf8').catch(() => undefined);
    const regions = content === undefined ? undefined : regionsIn(content);
    if (typeof regions === 'string') findings.add(regions, file);
    else if (regions) named.push({ file, regions });
  }
  const [first, ...others] = named;
  for (const { file, regions } of others) {
    if (isDeepStrictEqual(regions, first!.regions)) continue;
    findings.add(`values in masks are named otherwise than in ${first!.file}`, file);
  }
  return first ? { regions: first.regions } : {};
}

/** The regions that a file names, undefined where it names none, or what is wrong with it. */
function regionsIn(content: string): readonly Region[] | undefined | string {
  let described: unknown;
  try {
    described = JSON.parse(content);
  } catch {
    return 'no JSON';
  }
  if (!isGroup(described) || described.labels === undefined) return undefined;
  const { labels } = described;
  const entries = isGroup(labels) ? Object.entries(labels).map(regionOf) : [];
  const regions = entries.flatMap((region) => (region && region.values[0] !== 0 ? [region] : []));
  const areClear = entries.every((region) => region !== undefined) && regions.length > 0;
  return areClear
    ? regions
    : '"labels" names no values of masks: write {"background": 0, "liver": 1} or {"0": "background", "1": "liver"}';
}

/** `["1", "liver"]`, `["liver", 1]` or `["tumour", [1, 2]]`; undefined where it is none of these. */
function regionOf([key, value]: readonly [string, unknown]): Region | undefined {
  if (typeof value === 'string') return regionOf([value, Number(key)]);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.length > 0 && values.every(isMaskValue) ? { name: key, values } : undefined;
}

function isMaskValue(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}
