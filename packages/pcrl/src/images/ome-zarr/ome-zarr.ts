import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError } from '../../errors.js';
import type { ImageFormat } from '../format.js';
import type { Image } from '../image.js';
import { type StoredGrid, volumeHeader, volumeImage } from '../volume.js';
import { countVoxels, isInteger, type VoxelType } from '../voxel-type.js';
import { readChunks, type ZarrArray } from './chunks.js';
import { FolderStore } from './folder-store.js';
import { finestLevel } from './multiscales.js';
import { fileAffine, spatialAxes } from './orientation.js';

/** OME-Zarr 0.4 (Zarr 2) and 0.5 (Zarr 3) in a folder: the finest level of its first image. */
export const omeZarr: ImageFormat = {
  name: 'OME-Zarr',
  extensions: ['.zarr'],
  dimensions: 3,
  folder: true,
  claims: async (path) => ['.zgroup', 'zarr.json'].some((name) => existsSync(join(path, name))),
  read: (path) => withReason(path, () => readOmeZarr(path)),
  readHeader: (path) =>
    withReason(path, async () => volumeHeader(path, (await openImage(path)).grid)),
};

const TYPES: Readonly<Record<string, VoxelType>> = {
  int8: 'i8',
  uint8: 'u8',
  int16: 'i16',
  uint16: 'u16',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
  float32: 'f32',
  float64: 'f64',
};

interface OpenImage {
  readonly array: ZarrArray;
  readonly store: FolderStore;
  readonly grid: StoredGrid;
  readonly type: VoxelType;
}

async function openImage(path: string): Promise<OpenImage> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new ImageError(path, 'no such folder', 'Check the path.');
  if (!found.isDirectory()) throw new ImageError(path, 'is a file; an OME-Zarr is a folder', '');
  const zarr = await import('zarrita');
  const store = new FolderStore(path);
  const group = await zarr.open(zarr.root(store), { kind: 'group' });
  const level = finestLevel(path, group.attrs);
  const array = await zarr.open(group.resolve(level.path), { kind: 'array' });
  const type = TYPES[array.dtype];
  if (!type) {
    throw new ImageError(path, `voxels of type ${array.dtype} are not read`, 'Store numbers.');
  }
  const { shape } = array;
  if (shape.length !== level.axes.length) {
    throw new ImageError(
      path,
      `its array has ${shape.length} axes, its metadata ${level.axes.length}`,
      'Repair the metadata.',
    );
  }
  countVoxels(path, shape);
  const axes = spatialAxes(path, level, shape);
  const size = [0, 1, 2].map((position) => shape[axes[position] ?? -1] ?? 1);
  return { array, store, type, grid: { size, affine: fileAffine(path, level, axes) } };
}

async function readOmeZarr(path: string): Promise<Image> {
  const { array, store, grid, type } = await openImage(path);
  const before = store.found;
  const voxels = await readChunks(path, array, type);
  // A missing chunk means the fill value; when all are missing, so is the image.
  if (store.found === before) {
    throw new ImageError(path, 'none of its chunks is there', 'Copy the whole folder.');
  }
  return volumeImage(path, { ...grid, voxels, slope: 1, intercept: 0, integer: isInteger(type) });
}

/** What zarrita and its codecs complain about becomes this image's error. */
async function withReason<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new ImageError(
      path,
      `damaged, or no OME-Zarr that is read (${words})`,
      'Copy the folder again, or write it as OME-Zarr 0.4 or 0.5.',
      { cause: error },
    );
  }
}
