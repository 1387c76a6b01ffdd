import { RandomStream, tensor } from '@pcrl/torch';
import type { ClassificationSettings } from '../settings/index.js';
import type { Box } from '../views/drawing/box.js';
import type { ImageInputs } from './inputs.js';
import type { LoadedCase } from './task.js';
import { normalisedCrop, readVolume, type Volume } from './volume.js';
import { centralBox, drawBox } from './volume-crop.js';

/** A volume to classify. */
export interface LoadedVolume extends LoadedCase {
  readonly volume: Volume;
}

/** Volumes as the input of a 3D classifier: crops of one size, in testing the central one. */
export function volumeInputs(
  views: ClassificationSettings['views'],
  device: string,
): ImageInputs<LoadedVolume> {
  const { size } = views;
  return {
    read: async (item, index) => ({ item, index, volume: await readVolume(item.image, views) }),
    bytes: ({ volume }) => volume.voxels.byteLength,
    batch: (items, draw) => {
      const crops = items.map(({ volume, index }) => {
        if (!draw) return normalisedCrop(volume, centralBox(volume.size, size));
        const stream = new RandomStream(draw.seed, 'fine-tuning: volume', draw.epoch, index);
        const crop = normalisedCrop(volume, drawBox(stream, volume.size, size));
        return stream.chance(views.flip) ? mirroredFirstAxis(crop, size) : crop;
      });
      return tensor(joined(crops), [items.length, 1, ...size], { device });
    },
  };
}

/** Left and right exchanged: slabs in reverse order. */
function mirroredFirstAxis(crop: Float32Array, size: Box['size']): Float32Array {
  const slab = crop.length / size[0]!;
  const out = new Float32Array(crop.length);
  for (let x = 0; x < size[0]!; x++) {
    out.set(crop.subarray(x * slab, (x + 1) * slab), (size[0]! - 1 - x) * slab);
  }
  return out;
}

/** Arrays of equal length one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const length = parts[0]?.length ?? 0;
  const all = new Float32Array(parts.length * length);
  parts.forEach((part, index) => {
    all.set(part, index * length);
  });
  return all;
}
