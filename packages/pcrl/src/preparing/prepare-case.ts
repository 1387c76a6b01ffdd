import type { Preparing, VolumePreparing } from '../datasets/cache/description.js';
import type { CacheEntry } from '../datasets/cache/entries.js';
import { fingerprint } from '../datasets/cache/fingerprint.js';
import { type Case, readMask } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import {
  describeGrid,
  type Fingerprint,
  type Image,
  isSameGrid,
  RECORD_ENDING,
  readImage,
  scaleIntensity,
  shrinkGrey,
  unusableReason,
} from '../images/index.js';
import type { PreparedImage } from './case-files.js';
import { airThreshold, boxOf, keptGrid, placeOf, rangeAbove, rangeAround } from './kept-grid.js';
import { quantise8, quantise16 } from './quantise.js';
import { resampleLinear, resampleNearest } from './resample.js';

/** One case to prepare. Plain data. */
export interface CaseJob {
  readonly id: string;
  readonly item: Case;
  readonly preparing: Preparing;
}

/** What a case became, before it is written. */
export interface PreparedCase {
  readonly entry: CacheEntry;
  /** The channels, then the mask. */
  readonly images: readonly PreparedImage[];
}

/**
 * Reads a case and brings it to the form in which the cache keeps it.
 *
 * @throws {ImageError} one of its files cannot be used
 */
export async function prepareCase({ id, item, preparing }: CaseJob): Promise<PreparedCase> {
  const paths = item.channels ?? [item.image];
  const images = await Promise.all(paths.map((path) => readUsable(path, preparing)));
  const mask = preparing.dimensions === 3 && item.mask ? await readMask(item, images[0]!) : null;
  const sources = await Promise.all(filesOf(item, preparing).map(fingerprint));
  const prepared =
    preparing.dimensions === 3
      ? prepareVolumes({ images, mask, sources, preparing })
      : images.map((image, at) => preparePicture(image, preparing.shortSide, sources[at]!, at));
  return { entry: entryFor(id, item, sources, prepared), images: prepared };
}

/** The files that a case is prepared from: the channels, then the mask of a volume. */
export function filesOf(item: Case, { dimensions }: Preparing): readonly string[] {
  const channels = item.channels ?? [item.image];
  return dimensions === 3 && item.mask ? [...channels, item.mask] : channels;
}

/** What the dataset knows of a case, as its entry in the cache has it. */
export function factsOf(item: Case): Pick<CacheEntry, 'labels' | 'patient' | 'split'> {
  const { image: _, channels: _1, mask: _2, labels, ...facts } = item;
  return {
    ...facts,
    ...(labels ? { labels: labels.map((label) => (Number.isNaN(label) ? null : label)) } : {}),
  };
}

function entryFor(
  id: string,
  item: Case,
  sources: readonly Fingerprint[],
  images: readonly PreparedImage[],
): CacheEntry {
  const names = images.map(({ part }) => id + part + RECORD_ENDING);
  const masks = names.filter((_, at) => images[at]!.about.kind === 'mask');
  const channels = names.filter((name) => !masks.includes(name)).slice(1);
  return {
    id,
    ...factsOf(item),
    ...(channels.length > 0 ? { channels } : {}),
    ...(masks[0] !== undefined ? { mask: masks[0] } : {}),
    sources,
  };
}

async function readUsable(path: string, preparing: Preparing): Promise<Image> {
  const { dimensions } = preparing;
  const image = await readImage(path, dimensions === 2 ? { shortSide: preparing.shortSide } : {});
  const found = image.size.length;
  if (found !== dimensions)
    throw new ImageError(path, `it is ${found}D; the others are ${dimensions}D`);
  const reason = unusableReason(image);
  if (reason) throw new ImageError(path, reason);
  return image;
}

interface VolumesOfCase {
  readonly images: readonly Image[];
  readonly mask: Image | null;
  readonly sources: readonly Fingerprint[];
  readonly preparing: VolumePreparing;
}

function prepareVolumes({ images, mask, sources, preparing }: VolumesOfCase): PreparedImage[] {
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

function preparePicture(
  image: Image,
  shortSide: number,
  source: Fingerprint,
  at: number,
): PreparedImage {
  const small = shrinkGrey(image, shortSide);
  const { size: sourceSize, spacing: sourceSpacing } = image.whole ?? image;
  const { size, spacing, origin, direction } = small;
  const voxels = quantise8(small.voxels);
  const about = {
    source,
    kind: 'picture',
    size,
    spacing,
    origin,
    direction,
    unit: 'relative',
    kept: { start: [0, 0], size: sourceSize },
    sourceSize,
    sourceSpacing,
    lowest: lowestOf(voxels) / 255,
  } as const;
  return { part: at === 0 ? '' : `.channel-${at + 1}`, about, voxels };
}

function lowestOf(values: Uint8Array | Uint16Array): number {
  let lowest = values[0]!;
  for (let i = 1; i < values.length; i++) if (values[i]! < lowest) lowest = values[i]!;
  return lowest;
}
