import { cat, noGrad, RandomStream, scope, type Tensor } from '@pcrl/torch';
import { type Case, readMask } from '../datasets/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import type { ViewGeometry } from '../views/drawing/plan.js';
import { drawResizedCrop } from '../views/drawing/resized-crop.js';
import { imagenetNormalise } from '../views/index.js';
import { resample } from '../views/rendering/resample.js';
import { type Picture, readPicture, unitScale, wholePicture } from './pictures.js';
import { membersOf, type Structure } from './structures.js';
import type { Draw } from './task.js';
import { nearestResized, type VolumePlace } from './volume.js';

/** A picture with its mask. */
export interface MaskedPicture extends Picture {
  /** Label of each pixel of the picture in memory. */
  readonly mask: Uint8Array;
  /** Label of each pixel of the file. */
  readonly fileMask: Uint8Array;
}

type Views = SegmentationSettings['views'];

/** torchvision's limits of a crop's width over its height, here over those of the whole picture. */
const ASPECT = [3 / 4, 4 / 3] as const;
const SPREAD = 1.25;
const SMALLEST_AREA = 0.01;
/** A pixel of a crop belongs to a structure that covers more than half of it. */
const HALF = 0.5;

/** Reads a picture as training needs it, and its mask. */
export async function readMaskedPicture(
  item: Case,
  index: number,
  views: Views,
): Promise<MaskedPicture> {
  const picture = await readPicture(item, index, shortSideFor(views));
  const { voxels } = await readMask(item, picture.place);
  const file = { size: [1, ...fileSize(picture.place)], voxels };
  const mask = Uint8Array.from(nearestResized(file, [1, ...picture.size]));
  return { ...picture, mask, fileMask: Uint8Array.from(voxels) };
}

/** Pixels of the short side that the smallest crop needs. */
export function shortSideFor({ size, scale }: Views): number {
  return Math.max(...size) / Math.sqrt(Math.max(scale[0], SMALLEST_AREA));
}

/** `[H, W]`. */
export function fileSize({ size }: Pick<VolumePlace, 'size'>): readonly number[] {
  return [...size].reverse();
}

/** A crop drawn at random, or the whole picture, stretched to the network's input either way. */
export function viewOf(picture: Picture, views: Views, draw: Draw | null): ViewGeometry {
  const straight = { flip: false, degrees: [0], scales: [1, 1], outside: 0 };
  if (!draw) return { ...straight, box: wholePicture(picture) };
  const stream = new RandomStream(draw.seed, 'fine-tuning: masked', draw.epoch, picture.index);
  const input = [...views.size].reverse();
  const ranges = { area: views.scale, aspect: ASPECT };
  const drawn = drawResizedCrop(stream, input, ranges);
  const onPicture = (values: readonly number[]) =>
    values.map((value, axis) => (value * picture.size[axis]!) / input[axis]!);
  return {
    ...straight,
    box: { start: onPicture(drawn.start), size: onPicture(drawn.size) },
    flip: stream.chance(views.flip),
    degrees: [stream.uniform(-views.rotation, views.rotation)],
  };
}

/** Pictures as the network's input, `[N, 3, H, W]`. */
export function inputOf(
  pictures: readonly Picture[],
  geometries: readonly ViewGeometry[],
  size: readonly number[],
  device: string,
): Tensor {
  const items = pictures.map((picture, n) => ({
    sample: { region: wholePicture(picture), voxels: unitScale(picture.pixels) },
    views: [geometries[n]!],
  }));
  return imagenetNormalise(resample(items, size, SPREAD, device));
}

/** Masks as what the network is to find, `[N, K, H, W]` of 0 and 1. */
export function targetOf(
  pictures: readonly MaskedPicture[],
  geometries: readonly ViewGeometry[],
  size: readonly number[],
  { structures, device }: { readonly structures: readonly Structure[]; readonly device: string },
): Tensor {
  return noGrad(() =>
    scope(() => {
      const covered = structures.map(({ values }) => {
        const items = pictures.map((picture, n) => ({
          sample: {
            region: wholePicture(picture),
            voxels: Float32Array.from(membersOf(picture.mask, values)),
          },
          views: [geometries[n]!],
        }));
        return resample(items, size, SPREAD, device);
      });
      return cat(covered, 1).gt(HALF).to({ dtype: 'f32' });
    }),
  );
}
