import type { PicturePreparing } from '../datasets/cache/description.js';
import { type Fingerprint, type Image, shrinkGrey } from '../images/index.js';
import { lowestOf, type PreparedImage } from './case-files.js';
import { quantise8 } from './quantise.js';
import { resampleNearest } from './resample.js';

/** The images of a case, read. */
interface PicturesOfCase {
  /** The channels in their order. */
  readonly images: readonly Image[];
  /** On the grid of the first channel's file. */
  readonly masks: readonly { readonly part: string; readonly image: Image }[];
  /** Of the channels, then of the masks. */
  readonly sources: readonly Fingerprint[];
  readonly preparing: PicturePreparing;
}

/** Shrinks the channels of a case to means of areas, and its masks to the nearest pixels. */
export function preparePictures({
  images,
  masks,
  sources,
  preparing,
}: PicturesOfCase): PreparedImage[] {
  const channels = images.map((image, at): PreparedImage => {
    const small = shrinkGrey(image, preparing.shortSide);
    const voxels = quantise8(small.voxels);
    const about = { ...placed(image, small, sources[at]!), lowest: lowestOf(voxels) / 255 };
    const part = at === 0 ? '' : `.channel-${at + 1}`;
    return { part, about: { ...about, kind: 'picture' }, voxels };
  });
  const { size } = channels[0]!.about;
  const labels = masks.map(({ part, image }, at): PreparedImage => {
    const source = sources[images.length + at]!;
    const about = { ...placed(image, { ...channels[0]!.about }, source), lowest: 0 };
    return { part, about: { ...about, kind: 'mask' }, voxels: nearestPixels(image, size) };
  });
  return [...channels, ...labels];
}

/** What a record says of a picture that is `small` now. */
function placed(
  image: Image,
  { size, spacing, origin, direction }: Pick<Image, 'size' | 'spacing' | 'origin' | 'direction'>,
  source: Fingerprint,
) {
  const { size: sourceSize, spacing: sourceSpacing } = image.whole ?? image;
  const kept = { start: [0, 0], size: sourceSize };
  const place = { size, spacing, origin, direction };
  return { source, ...place, unit: 'relative', kept, sourceSize, sourceSpacing } as const;
}

/** A mask as a volume of one plane, brought to another size. */
function nearestPixels(mask: Image, size: readonly number[]): Uint8Array {
  const [from, to] = [mask.size, size].map((sides) => [1, ...[...sides].reverse()]) as [
    number[],
    number[],
  ];
  const axes = to.map((count, axis) => {
    const step = from[axis]! / count;
    return { first: step / 2 - 0.5, step, count };
  });
  return resampleNearest(mask.voxels, from, axes);
}
