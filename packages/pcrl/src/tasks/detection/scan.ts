import { isPrepared, PreparedVolume, readImageHeader } from '../../images/index.js';
import type { Box } from '../../views/drawing/box.js';
import { cutRegion } from '../../views/drawing/region.js';
import {
  readVolume,
  sameSize,
  sizeAtSpacing,
  type VolumePlace,
  type VolumeSettings,
} from '../volume.js';

/** A volume of which boxes are cut. */
export interface Scan {
  /** As the file has it. */
  readonly place: VolumePlace;
  /** At the spacing of the run. */
  readonly size: readonly number[];
  /** In memory. */
  readonly bytes: number;
  /** The voxels of a box inside the volume, on the scale from 0 to 1. */
  cut(box: Box): Float32Array;
}

/**
 * Opens a volume as pre-training reads it. One that was prepared at the spacing of the run stays on the
 * disk, and its boxes are read as they are needed; others are held in memory as a whole.
 *
 * @throws {ImageError} it cannot be read, is constant or holds values that are not finite
 */
export async function openScan(path: string, settings: VolumeSettings): Promise<Scan> {
  if (isPrepared(path) && settings.intensity === 'auto') {
    const place = await readImageHeader(path);
    const { size } = place;
    if (sameSize(size, sizeAtSpacing(place, settings.spacing))) {
      return { place, size, bytes: 0, cut: (box) => boxOnDisk(path, box) };
    }
  }
  const volume = await readVolume(path, settings);
  const { place, size, voxels } = volume;
  return { place, size, bytes: voxels.byteLength, cut: (box) => cutRegion(volume, box, 0) };
}

function boxOnDisk(path: string, { start, size }: Box): Float32Array {
  using volume = new PreparedVolume(path);
  return Float32Array.from(volume.read(start, size));
}
