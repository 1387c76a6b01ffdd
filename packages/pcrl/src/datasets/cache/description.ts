import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../../errors.js';
import { type Intensity, PREPARED_VERSION } from '../../images/index.js';
import type { Region } from '../dataset.js';

/** How volumes were prepared. */
export interface VolumePreparing {
  readonly dimensions: 3;
  /** Millimetres per voxel, or each volume's own. */
  readonly spacing: number | 'native';
  readonly intensity: Intensity;
  /** Masks on another grid than their image are brought to it; without this they are refused. */
  readonly masks?: 'resample';
}

/** How pictures were prepared. */
export interface PicturePreparing {
  readonly dimensions: 2;
  /** Pixels of the short side; smaller pictures keep theirs. */
  readonly shortSide: number;
}

export type Preparing = VolumePreparing | PicturePreparing;

/** What a cache says of itself in `cache.json`. */
export interface CacheDescription {
  readonly format: 'pcrl cache';
  readonly version: number;
  readonly preparing: Preparing;
  /** Absolute paths of what was prepared. */
  readonly sources: readonly string[];
  /** Cases that the sources held; quarantined ones counted in. */
  readonly cases: number;
  readonly labelNames: readonly string[];
  readonly exclusive?: boolean;
  readonly targetName?: string;
  readonly regions?: readonly Region[];
  readonly channelNames?: readonly string[];
}

export const DESCRIPTION = 'cache.json';

/** Reads `cache.json`; undefined where a folder is no cache. */
export async function readDescription(folder: string): Promise<CacheDescription | undefined> {
  const text = await readFile(join(folder, DESCRIPTION), 'utf8').catch(() => '');
  try {
    const found = JSON.parse(text) as CacheDescription;
    return found.format === 'pcrl cache' ? found : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {DatasetError} the cache has the format of another version */
export function checkVersion(folder: string, cache: CacheDescription): void {
  if (cache.version === PREPARED_VERSION) return;
  throw new DatasetError(
    `${folder}: a cache of another version (format ${cache.version}, this one reads ${PREPARED_VERSION})`,
    `Remove it and make it again: ${renewal(folder, cache)}`,
  );
}

/** The command that makes or renews a cache. */
export function renewal(folder: string, { sources, preparing }: CacheDescription): string {
  const options =
    preparing.dimensions === 3
      ? [
          ...['--spacing', String(preparing.spacing), '--intensity', preparing.intensity],
          ...(preparing.masks ? ['--masks', preparing.masks] : []),
        ]
      : ['--size', String(preparing.shortSide)];
  const words = ['pcrl', 'data', 'prepare', ...sources, '--out', folder, ...options];
  return words.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}
