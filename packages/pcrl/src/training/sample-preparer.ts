import type { Problem } from '../datasets/dataset.js';
import { ImageError } from '../errors.js';
import { isPrepared, PreparedVolume } from '../images/prepared/prepared-volume.js';
import type { ViewSettings3D } from '../settings/index.js';
import type { SampleAddress } from '../views/address.js';
import {
  isForVolumes,
  type PreparedSample,
  prepareSample,
  type ViewImage,
  type ViewSettings,
} from '../views/prepare.js';
import { readForViews } from '../views/read-for-views.js';

/** What every thread that prepares samples has to know. Plain data. */
export interface SampleList {
  /** The images; sample s is drawn from image floor(s / samplesPerImage). */
  readonly images: readonly string[];
  readonly samplesPerImage: number;
  readonly views: ViewSettings;
  readonly seed: number;
}

/** One sample in one epoch. */
export interface SampleRequest {
  readonly sample: number;
  readonly epoch: number;
}

/** A prepared sample, or why its image cannot be used. */
export type SampleOutcome = { readonly prepared: PreparedSample } | { readonly problem: Problem };

/** The index of the image that a sample is drawn from. */
export function imageOf({ samplesPerImage }: SampleList, sample: number): number {
  return Math.floor(sample / samplesPerImage);
}

/**
 * Reads images and prepares samples, in any thread. Images stay in memory until `cacheBytes` are full;
 * then the later ones are read again each time. (Under a random order no other choice does better.)
 */
export class SamplePreparer {
  readonly #cache = new Map<number, ViewImage>();
  #bytesLeft: number;

  constructor(
    readonly list: SampleList,
    cacheBytes: number,
  ) {
    this.#bytesLeft = cacheBytes;
  }

  async prepare({ sample, epoch }: SampleRequest): Promise<SampleOutcome> {
    const { list } = this;
    try {
      const address = { seed: list.seed, epoch, sample };
      const index = imageOf(list, sample);
      const path = list.images[index]!;
      if (isPrepared(path) && isForVolumes(list.views)) {
        return { prepared: sampleFromDisk(path, address, list.views) };
      }
      return { prepared: prepareSample(await this.#image(index), address, list.views) };
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      return { problem: { path: error.path, reason: error.reason } };
    }
  }

  async #image(index: number): Promise<ViewImage> {
    const known = this.#cache.get(index);
    if (known) return known;
    const image = await readForViews(this.list.images[index]!, this.list.views);
    if (image.voxels.byteLength <= this.#bytesLeft) {
      this.#bytesLeft -= image.voxels.byteLength;
      this.#cache.set(index, image);
    }
    return image;
  }
}

/**
 * Reads of a prepared volume only the boxes that a sample needs; nothing of it stays in memory.
 *
 * @throws {ImageError} it is damaged, or was prepared on another scale of intensities
 */
function sampleFromDisk(
  path: string,
  address: SampleAddress,
  views: ViewSettings3D,
): PreparedSample {
  using volume = new PreparedVolume(path);
  const { size, spacing, unit } = volume.record;
  const other = unit === 'HU' ? 'percentile' : 'ct';
  if (views.intensity === other) {
    throw new ImageError(
      path,
      `the run wants intensity ${other}, and it was not prepared so`,
      `Train with intensity auto, or prepare the data again with --intensity ${other}.`,
    );
  }
  return prepareSample({ size, spacing, unit, onDisk: volume }, address, views);
}
