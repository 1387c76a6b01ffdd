import { RandomStream } from '@pcrl/torch';
import type { Case } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import { readImage, scaleIntensity, unusableReason } from '../images/index.js';
import type { ClassificationSettings } from '../settings/index.js';
import type { Box } from '../views/drawing/box.js';
import type { ViewGeometry } from '../views/drawing/plan.js';
import { drawResizedCrop } from '../views/drawing/resized-crop.js';
import { imagenetNormalise, shrinkToShortSide } from '../views/index.js';
import { resample } from '../views/rendering/resample.js';
import type { ImageInputs } from './inputs.js';
import type { Draw, LoadedCase } from './task.js';
import type { VolumePlace } from './volume.js';

/** A grey picture, at most as large as its smallest crop needs. */
export interface Picture extends LoadedCase {
  /** `[H, W]`. */
  readonly size: readonly number[];
  /** 0 to 255, row by row: a byte is what most files hold, and many pictures stay in memory. */
  readonly pixels: Uint8Array;
  /** As the file has it. */
  readonly place: VolumePlace;
}

type Views = ClassificationSettings['views'];

/** torchvision's defaults. */
const ASPECT = [3 / 4, 4 / 3] as const;
/** In testing images are resized to 256 for a centre crop of 224, or in that proportion. */
const RESIZE = 256 / 224;
const SMALLEST_AREA = 0.01;
/** Crops are read about as densely as an antialiased resize reads them. */
const SPREAD = 1.25;

/** Pictures as the input of a 2D network. */
export function pictureInputs(views: Views, device: string): ImageInputs<Picture> {
  const size = [...views.size].reverse();
  return {
    read: (item, index) => readPicture(item, index, shortSideFor(views)),
    bytes: ({ pixels }) => pixels.byteLength,
    batch: (pictures, draw) => {
      const items = pictures.map((picture) => ({
        sample: { region: wholePicture(picture), voxels: unitScale(picture.pixels) },
        views: [draw ? drawnView(picture, views, draw) : centralView(picture, size)],
      }));
      return imagenetNormalise(resample(items, size, SPREAD, device));
    },
  };
}

/** Enough for the smallest crop. */
function shortSideFor({ scale, size }: Views): number {
  const smallest = Math.max(scale[0], SMALLEST_AREA);
  return Math.ceil(Math.max(...size) * Math.max(RESIZE, 1 / Math.sqrt(smallest)));
}

/**
 * Reads a picture, shrunk so that its short side has no more pixels than are needed.
 *
 * @throws {ImageError} it cannot be read, is constant or holds values that are not finite
 */
export async function readPicture(item: Case, index: number, shortSide: number): Promise<Picture> {
  const image = await readImage(item.image, { shortSide });
  const reason = unusableReason(image);
  if (reason) throw new ImageError(item.image, reason);
  const { voxels: _, unit: _1, whole, ...shrunk } = image;
  const place = { ...shrunk, ...whole };
  const { size, voxels } = shrinkToShortSide(scaleIntensity(image), shortSide);
  return { item, index, size: [...size].reverse(), pixels: inBytes(voxels), place };
}

function inBytes(voxels: Float32Array): Uint8Array {
  const pixels = new Uint8Array(voxels.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round(voxels[i]! * 255);
  return pixels;
}

/** Pixels on the scale from 0 to 1. */
export function unitScale(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = pixels[i]! / 255;
  return values;
}

/** A picture as a box. */
export function wholePicture({ size }: Pick<Picture, 'size'>): Box {
  return { start: [0, 0], size };
}

/** RandomResizedCrop, mirrored by chance, turned by some degrees. */
function drawnView(picture: Picture, views: Views, { seed, epoch }: Draw): ViewGeometry {
  const stream = new RandomStream(seed, 'fine-tuning: picture', epoch, picture.index);
  const box = drawResizedCrop(stream, picture.size, { area: views.scale, aspect: ASPECT });
  const flip = stream.chance(views.flip);
  const degrees = [stream.uniform(-views.rotation, views.rotation)];
  return { box, flip, degrees, scales: [1, 1], outside: 0 };
}

/** Resize so that 224/256 of the short side fills the view, and cut out the centre. */
export function centralView(picture: Pick<Picture, 'size'>, view: readonly number[]): ViewGeometry {
  const enlargement = Math.max(...view.map((side, axis) => (side * RESIZE) / picture.size[axis]!));
  const size = view.map((side) => side / enlargement);
  const start = size.map((side, axis) => (picture.size[axis]! - side) / 2);
  return { box: { start, size }, flip: false, degrees: [0], scales: [1, 1], outside: 0 };
}
