import { type Image, type ImageHeader, sharedVoxels } from '../image.js';
import { shrunkGrid, shrunkPixels } from '../shrink.js';

/** A picture as its decoder leaves it: pixel by pixel, row by row. */
export interface StoredPicture {
  readonly width: number;
  readonly height: number;
  /** Colours that count. */
  readonly channels: 1 | 3;
  /** Numbers stored for each pixel, transparency included. */
  readonly stride: number;
  /** What is white. */
  readonly highest: number;
  readonly numbers: Uint8Array | Uint16Array | Float32Array;
}

/** Luma weights of ITU-R BT.601, those of Pillow's `convert('L')` and torchvision. */
export const LUMA = [0.299, 0.587, 0.114] as const;

export function pictureHeader(
  path: string,
  { width, height, channels }: Pick<StoredPicture, 'width' | 'height' | 'channels'>,
): ImageHeader {
  const place = { spacing: [1, 1], origin: [0, 0], direction: [1, 0, 0, 1] };
  return { path, channels, size: [width, height], ...place };
}

/** A picture in three colours from 0 to 1, channel first. */
export function colourImage(path: string, picture: StoredPicture): Image {
  return { ...pictureHeader(path, picture), unit: 'arbitrary', voxels: colourPlanes(picture) };
}

/** A picture in greys from 0 to 1, shrunk where its short side is above `shortSide`. */
export function greyImage(path: string, picture: StoredPicture, shortSide: number): Image {
  const image = { ...pictureHeader(path, picture), channels: 1, unit: 'arbitrary' } as const;
  const smaller = shrunkGrid(image, shortSide);
  if (!smaller) return { ...image, voxels: greyPlane(picture) };
  const { size, spacing } = image;
  const [pixels, factor] =
    picture.stride === 1 ? [picture.numbers, 1 / picture.highest] : [greyPlane(picture), 1];
  const voxels = shrunkPixels(pixels, size, smaller.size, factor);
  return { ...image, ...smaller, whole: { size, spacing }, voxels };
}

function greyPlane({ numbers, channels, stride, highest }: StoredPicture): Float32Array {
  const grey = sharedVoxels(numbers.length / stride);
  const weights = channels === 3 ? LUMA : [1, 0, 0];
  const [red, green, blue] = weights.map((weight) => weight / highest) as [number, number, number];
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += stride) {
    const first = numbers[at]!;
    // Equal channels are grey already; the exact value is kept.
    const flat = channels === 1 || (first === numbers[at + 1] && first === numbers[at + 2]);
    grey[pixel] = flat
      ? first / highest
      : first * red + numbers[at + 1]! * green + numbers[at + 2]! * blue;
  }
  return grey;
}

function colourPlanes({ numbers, stride, highest }: StoredPicture): Float32Array {
  const pixels = numbers.length / stride;
  const target = sharedVoxels(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      target[channel * pixels + pixel] = numbers[pixel * stride + channel]! / highest;
    }
  }
  return target;
}
