import type { Image, ImageHeader } from './image.js';

export interface ReadOptions {
  /** `'grey'` (default) reduces RGB to luma; `'keep'` keeps three channels. */
  readonly colour?: 'grey' | 'keep';
  /**
   * The short side that is needed of a grey picture. Where its values need no further scaling (PNG, JPEG,
   * TIFF) a larger one is shrunk to it as it is decoded, each new pixel the mean of the area it covers;
   * `Image.whole` says what it was. Other images come whole.
   */
  readonly shortSide?: number;
}

/** A kind of image on disk. One file makes one of these; `formats.ts` lists them. */
export interface ImageFormat {
  /** For messages and docs, as people write it. */
  readonly name: string;
  /** Endings of the names of its images, lower case, with the dot. */
  readonly extensions: readonly string[];
  /** Endings of files that belong to an image of another name, as `.raw` belongs to `.mhd`. */
  readonly companions?: readonly string[];
  /** 2 for pictures, 3 for volumes, `'by content'` where only {@link readHeader} can tell. */
  readonly dimensions: 2 | 3 | 'by content';
  /** Whether an image of this format is a folder with one of `extensions`. */
  readonly folder?: true;
  /** Whether a path whose ending says nothing (a folder, a bare name) is of this format. */
  readonly claims?: (path: string) => Promise<boolean>;
  /** @throws ImageError */
  readonly read: (path: string, options: ReadOptions) => Promise<Image>;
  /** Reads what the header says, as cheaply as the format allows. @throws ImageError */
  readonly readHeader: (path: string) => Promise<ImageHeader>;
}
