import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError } from '../../errors.js';
import type { ImageHeader } from '../image.js';

/** The name ending of a prepared image's record. */
export const RECORD_ENDING = '.prepared.json';

/** Grows whenever older caches can no longer be read as they were meant. */
export const PREPARED_VERSION = 1;

/** What a file was when it was read. */
export interface Fingerprint {
  readonly path: string;
  /** All of its bytes: those of a header's data file, or of a folder's files, counted in. */
  readonly bytes: number;
  /** Time of the last change, in milliseconds since 1970. */
  readonly modified: number;
  readonly sha256: string;
}

/**
 * Everything about one prepared image: a JSON beside the raw voxels.
 *
 * A voxel's place on the scale from 0 to 1 is stored / 65535 (`u16`, volumes) or stored / 255 (`u8`,
 * pictures); of a mask, what is stored is the label.
 */
export interface PreparedRecord {
  readonly version: number;
  readonly source: Fingerprint;
  readonly kind: 'volume' | 'picture' | 'mask';
  /** `[W, H]` or `[X, Y, Z]` in RAS+ order; the last axis of a volume, the first of a picture fastest. */
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: readonly number[];
  /** `HU`: 0 to 1 stands for -1000 to 1000 HU. `relative`: for the range between two percentiles. */
  readonly unit: 'HU' | 'relative';
  /** The part of the source that was kept, in its voxels (fractions where it was resampled). */
  readonly kept: { readonly start: readonly number[]; readonly size: readonly number[] };
  /** Of the source, in its canonical order. */
  readonly sourceSize: readonly number[];
  readonly sourceSpacing: readonly number[];
  /** The smallest value, on the scale from 0 to 1. */
  readonly lowest: number;
  readonly voxels: {
    /** Name of the file beside this one. */
    readonly file: string;
    readonly type: 'u8' | 'u16';
    readonly bytes: number;
    readonly sha256: string;
  };
}

/**
 * Reads the record of a prepared image.
 *
 * @throws {ImageError} it is missing, damaged or of another version
 */
export function readRecord(path: string): PreparedRecord {
  const record = parsed(path);
  if (record.version !== PREPARED_VERSION) {
    throw new ImageError(
      path,
      `prepared by another version (format ${record.version}, this one reads ${PREPARED_VERSION})`,
      'Prepare the cache again with `pcrl data prepare`.',
    );
  }
  const { size, voxels } = record;
  const count = Array.isArray(size) ? size.reduce((product, side) => product * side, 1) : 0;
  const fits =
    Number.isSafeInteger(count) && voxels?.bytes === count * (voxels?.type === 'u16' ? 2 : 1);
  if (fits && count > 0 && !/[/\\]/.test(voxels.file)) return record;
  throw new ImageError(path, 'the record of this prepared image is damaged', REMEDY);
}

/** The absolute path of an image's raw voxels. */
export function voxelPath(recordPath: string, { voxels }: PreparedRecord): string {
  return join(recordPath, '..', voxels.file);
}

/** The position of a voxel of `kept`, as an image header wants it. */
export function headerOf(path: string, record: PreparedRecord): ImageHeader {
  const { size, spacing, origin, direction } = record;
  return { path, channels: 1, size, spacing, origin, direction };
}

export const REMEDY = 'Delete it and run `pcrl data prepare` again.';

function parsed(path: string): PreparedRecord {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ImageError(path, (error as Error).message, '', { cause: error });
  }
  try {
    return JSON.parse(text) as PreparedRecord;
  } catch (error) {
    throw new ImageError(path, 'the record of this prepared image is damaged', REMEDY, {
      cause: error,
    });
  }
}
