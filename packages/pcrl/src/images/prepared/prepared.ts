import { readFile } from 'node:fs/promises';
import { ImageError } from '../../errors.js';
import type { ImageFormat } from '../format.js';
import { type Image, sharedVoxels } from '../image.js';
import {
  headerOf,
  type PreparedRecord,
  RECORD_ENDING,
  REMEDY,
  readRecord,
  voxelPath,
} from './record.js';

/** Images that `pcrl data prepare` wrote: a JSON record with raw voxels beside it. */
export const prepared: ImageFormat = {
  name: 'prepared by pcrl',
  extensions: [RECORD_ENDING],
  dimensions: 'by content',
  read: async (path) => readPrepared(path),
  readHeader: async (path) => headerOf(path, readRecord(path)),
};

/** Reads a prepared image as a whole. CTs come back in HU, others on the scale from 0 to 1. */
async function readPrepared(path: string): Promise<Image> {
  const record = readRecord(path);
  const bytes = await readFile(voxelPath(path, record)).catch((error: Error) => {
    throw new ImageError(path, error.message, REMEDY, { cause: error });
  });
  if (bytes.length !== record.voxels.bytes) throw cutShort(path, record, bytes.length);
  const stored =
    record.voxels.type === 'u8'
      ? bytes
      : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const { factor, offset } = meaningOf(record);
  const voxels = sharedVoxels(stored.length);
  for (let index = 0; index < voxels.length; index++)
    voxels[index] = stored[index]! * factor + offset;
  return { ...headerOf(path, record), unit: unitOf(record), voxels };
}

function unitOf({ kind, unit }: PreparedRecord): Image['unit'] {
  return kind === 'volume' ? unit : 'arbitrary';
}

/** A voxel's value is `factor` times what is stored plus `offset`. */
function meaningOf({ kind, unit, voxels }: PreparedRecord) {
  if (kind === 'mask') return { factor: 1, offset: 0 };
  const share = 1 / (voxels.type === 'u8' ? 255 : 65_535);
  return unit === 'HU' ? { factor: 2000 * share, offset: -1000 } : { factor: share, offset: 0 };
}

export function cutShort(path: string, { voxels }: PreparedRecord, found: number): ImageError {
  return new ImageError(
    path,
    `its voxels ${voxels.file} are ${found} bytes long, not ${voxels.bytes}`,
    REMEDY,
  );
}
