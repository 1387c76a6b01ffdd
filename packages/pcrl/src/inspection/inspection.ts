import type { Case, Problem, Region } from '../datasets/index.js';
import type { Image, ImageHeader } from '../images/index.js';

/** What was read of one image. */
export interface InspectedImage {
  readonly item: Case;
  readonly unit: Image['unit'];
  readonly lowest: number;
  readonly highest: number;
  readonly mean: number;
  readonly deviation: number;
  /** Percentiles 1, 50 and 99. */
  readonly percentiles: readonly [number, number, number];
  /** Voxels of each value in the mask, the background's 0 left out. */
  readonly maskValues?: ReadonlyMap<number, number>;
}

/** Everything that an inspection found. */
export interface Inspection {
  readonly paths: readonly string[];
  /** Titles of the archives that were recognised. */
  readonly layouts: readonly string[];
  readonly cases: readonly Case[];
  readonly labelNames: readonly string[];
  readonly regions?: readonly Region[];
  /** Headers of images, further channels and masks, by path. */
  readonly headers: ReadonlyMap<string, ImageHeader>;
  /** Images whose voxels were read. */
  readonly read: readonly InspectedImage[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}
