import type { RandomStream } from '@pcrl/torch/random';
import type { Box } from './box.js';

/** How large and how wide a crop may be. */
export interface ResizedCropRanges {
  /** Share of the image's area. */
  readonly area: readonly [number, number];
  /** Width over height. */
  readonly aspect: readonly [number, number];
}

const TRIES = 10;

/**
 * A crop as torchvision's `RandomResizedCrop` draws it: area uniform, aspect ratio log-uniform, whole
 * pixels, up to ten tries; if none fits, the largest centred crop within the limits of the ratio.
 *
 * @param stream the random numbers
 * @param imageSize `[H, W]`, what the area is a share of
 * @param ranges limits of area and aspect ratio
 * @param within where the crop has to lie, in pixels of the image; the whole image by default
 */
export function drawResizedCrop(
  stream: RandomStream,
  imageSize: readonly number[],
  ranges: ResizedCropRanges,
  within: Box = { start: [0, 0], size: imageSize },
): Box {
  const [imageHeight, imageWidth] = imageSize as [number, number];
  const [height, width] = within.size as [number, number];
  const [logLow, logHigh] = ranges.aspect.map(Math.log) as [number, number];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = imageHeight * imageWidth * stream.uniform(...ranges.area);
    const aspect = Math.exp(stream.uniform(logLow, logHigh));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = within.start[0]! + stream.integer(Math.floor(height - h) + 1);
    const left = within.start[1]! + stream.integer(Math.floor(width - w) + 1);
    return { start: [top, left], size: [h, w] };
  }
  return largestCentredCrop(within, ranges.aspect);
}

function largestCentredCrop(within: Box, [narrowest, widest]: readonly [number, number]): Box {
  const [height, width] = within.size as [number, number];
  const aspect = width / height;
  const w = aspect > widest ? Math.round(height * widest) : width;
  const h = aspect < narrowest ? Math.round(width / narrowest) : height;
  const top = within.start[0]! + Math.floor((height - h) / 2);
  const left = within.start[1]! + Math.floor((width - w) / 2);
  return { start: [top, left], size: [h, w] };
}
