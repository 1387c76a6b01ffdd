import type { VolumePreparing } from '../datasets/cache/description.js';
import { ImageError } from '../errors.js';
import {
  describeGrid,
  type Fingerprint,
  type Image,
  isSameGrid,
  scaleIntensity,
} from '../images/index.js';
import { lowestOf, type PreparedImage } from './case-files.js';
import { airThreshold, boxOf, keptGrid, placeOf, rangeAbove, rangeAround } from './kept-grid.js';
import { quantise16 } from './quantise.js';
import { resampleLinear, resampleNearest } from './resample.js';

/** The images of a case, read. */
interface VolumesOfCase {
  /** The channels in their order. */
  readonly images: readonly Image[];
  readonly mask: Image | undefined;
  /** Of the channels, then of the mask. */
  readonly sources: readonly Fingerprint[];
  readonly preparing: VolumePreparing;
}

/**
 * Brings the channels and the mask of a case to one grid, without the air around.
 *
 * @throws {ImageError} the channels do not lie on one grid
 */
export function prepareVolumes({
  images,
  mask,
  sources,
  preparing,
}: VolumesOfCase): PreparedImage[] {
  const first = images[0]!;
  for (const image of images) checkGrid(image, first);
  const scaled = images.map((image) => onScale(image, preparing));
  const ranges = scaled
    .map(({ voxels, unit }) => rangeAbove(voxels, first.size, airThreshold(unit)))
    .filter((range) => range !== undefined);
  const marked = mask ? rangeAbove(mask.voxels, first.size, 0) : undefined;
  const kept = rangeAround(marked && ranges.length > 0 ? [...ranges, marked] : ranges, first.size);
  const grid = keptGrid(first, preparing.spacing, kept);
  const about = (image: Image, at: number) => ({
    source: sources[at]!,
    ...placeOf(image, grid),
    kept: boxOf(grid),
    sourceSize: image.size,
    sourceSpacing: image.spacing,
  });
  const prepared = scaled.map(({ image, voxels, unit }, at): PreparedImage => {
    const stored = quantise16(resampleLinear(voxels, image.size, grid));
    return {
      part: at === 0 ? '' : `.channel-${at + 1}`,
      about: { ...about(image, at), kind: 'volume', unit, lowest: lowestOf(stored) / 65_535 },
      voxels: stored,
    };
  });
  if (!mask) return prepared;
  const labels = resampleNearest(mask.voxels, first.size, grid);
  const maskAbout = { ...about(mask, images.length), unit: 'relative', lowest: 0 } as const;
  return [...prepared, { part: '.mask', about: { ...maskAbout, kind: 'mask' }, voxels: labels }];
}

function checkGrid(image: Image, first: Image): void {
  if (isSameGrid(image, first)) return;
  throw new ImageError(
    image.path,
    `this channel lies on another grid than ${first.path}:\n` +
      `      channel ${describeGrid(image)}\n      first   ${describeGrid(first)}`,
    'Resample it to the grid of the first.',
  );
}

function onScale(image: Image, { intensity }: VolumePreparing) {
  const isCT = intensity === 'ct' || (intensity === 'auto' && image.unit === 'HU');
  const { voxels } = scaleIntensity(image, intensity);
  return { image, voxels, unit: isCT ? 'HU' : 'relative' } as const;
}
