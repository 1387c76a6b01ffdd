import type { Preparing } from '../datasets/cache/description.js';
import type { CacheEntry } from '../datasets/cache/entries.js';
import { fingerprint } from '../datasets/cache/fingerprint.js';
import { type Case, readMask } from '../datasets/index.js';
import { ImageError } from '../errors.js';
import {
  type Fingerprint,
  type Image,
  RECORD_ENDING,
  readImage,
  unusableReason,
} from '../images/index.js';
import type { PreparedImage } from './case-files.js';
import { preparePictures } from './prepare-pictures.js';
import { prepareVolumes } from './prepare-volumes.js';

/** One case to prepare. Plain data. */
export interface CaseJob {
  readonly id: string;
  readonly item: Case;
  readonly preparing: Preparing;
}

/** What a case became, before it is written. */
export interface PreparedCase {
  readonly entry: CacheEntry;
  /** The channels, then the masks. */
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
  const resamplesMask = preparing.dimensions === 3 && preparing.masks === 'resample';
  const masks = await Promise.all(
    masksOf(item, preparing).map(async ({ part, path }) => ({
      part,
      image: await readMask(
        { image: item.image, mask: path, resamplesMask },
        placeInFile(images[0]!),
      ),
    })),
  );
  const sources = await Promise.all(filesOf(item, preparing).map(fingerprint));
  const prepared =
    preparing.dimensions === 3
      ? prepareVolumes({ images, mask: masks[0]?.image, sources, preparing })
      : preparePictures({ images, masks, sources, preparing });
  return { entry: entryFor(id, item, sources, prepared), images: prepared };
}

/** A mask of a case, and what its files' names have after the case's id. */
interface CaseMask {
  readonly part: '.mask' | '.lungs';
  readonly path: string;
}

/** Only of pictures are there masks of the lungs. */
function masksOf({ mask, lungMask }: Case, { dimensions }: Preparing): readonly CaseMask[] {
  return [
    ...(mask === undefined ? [] : [{ part: '.mask', path: mask } as const]),
    ...(lungMask === undefined || dimensions === 3
      ? []
      : [{ part: '.lungs', path: lungMask } as const]),
  ];
}

/** The files that a case is prepared from: the channels, then the masks. */
export function filesOf(item: Case, preparing: Preparing): readonly string[] {
  const channels = item.channels ?? [item.image];
  return [...channels, ...masksOf(item, preparing).map(({ path }) => path)];
}

/** What the dataset knows of a case, as its entry in the cache has it. */
export function factsOf(item: Case): Omit<CacheEntry, 'id' | 'sources' | keyof FilesOfCase> {
  const { image: _, source: _1, channels: _2, mask: _3, lungMask: _4, labels, ...facts } = item;
  return {
    ...facts,
    ...(labels ? { labels: labels.map((label) => (Number.isNaN(label) ? null : label)) } : {}),
  };
}

type FilesOfCase = Pick<CacheEntry, 'channels' | 'mask' | 'lungMask'>;

function entryFor(
  id: string,
  item: Case,
  sources: readonly Fingerprint[],
  images: readonly PreparedImage[],
): CacheEntry {
  const named = images.map(({ part, about }) => ({ part, about, name: id + part + RECORD_ENDING }));
  const channels = named.filter(({ about }) => about.kind !== 'mask').slice(1);
  const mask = named.find(({ part }) => part === '.mask')?.name;
  const lungMask = named.find(({ part }) => part === '.lungs')?.name;
  return {
    id,
    ...factsOf(item),
    ...(channels.length > 0 ? { channels: channels.map(({ name }) => name) } : {}),
    ...(mask === undefined ? {} : { mask }),
    ...(lungMask === undefined ? {} : { lungMask }),
    sources,
  };
}

/** Where a picture lies that was shrunk as it was read. */
function placeInFile(image: Image): Image {
  return { ...image, ...image.whole };
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
