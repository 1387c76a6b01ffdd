import { type Affine, type CanonicalGrid, canonicalGrid } from './geometry.js';
import { type Image, type ImageHeader, sharedVoxels } from './image.js';
import type { StoredVoxels } from './voxel-type.js';

/** A volume's header as its file has it: the first axis of `size` runs fastest. */
export interface StoredGrid {
  readonly size: readonly number[];
  readonly affine: Affine;
}

/** A volume as its file has it: a voxel's value is `slope * stored + intercept`. */
export interface StoredVolume extends StoredGrid {
  readonly voxels: StoredVoxels;
  readonly slope: number;
  readonly intercept: number;
  readonly integer: boolean;
  /** Where the file says what its values are; guessed from them otherwise. */
  readonly unit?: Image['unit'];
}

/** A stored header in canonical axis order. */
export function volumeHeader(path: string, stored: StoredGrid): ImageHeader {
  return headerOf(path, canonicalGrid(path, stored.size, stored.affine));
}

function headerOf(
  path: string,
  { size, spacing, origin, direction, fileAxes, reversed }: CanonicalGrid,
): ImageHeader {
  const isCanonical = fileAxes.every((fileAxis, axis) => fileAxis === axis && !reversed[axis]);
  const stored = isCanonical ? {} : { stored: { fileAxes, reversed } };
  return { path, channels: 1, size, spacing, origin, direction, ...stored };
}

/** A stored volume in canonical axis order, its values scaled. */
export function volumeImage(path: string, stored: StoredVolume): Image {
  const volume = new VolumeFromSlabs(path, stored);
  volume.add({ ...stored, first: 0 });
  return volume.image(stored.unit ?? guessedUnit(stored.integer, volume.voxels));
}

/** Whole slices along the last axis of a stored volume, from slice `first` on. */
export interface Slab extends Pick<StoredVolume, 'voxels' | 'slope' | 'intercept'> {
  readonly first: number;
}

/** A volume in canonical axis order that is read slab by slab, so that it never lies there twice. */
export class VolumeFromSlabs {
  readonly voxels: Float32Array;
  readonly #header: ImageHeader;
  readonly #grid: CanonicalGrid;

  constructor(
    path: string,
    readonly stored: StoredGrid,
  ) {
    this.#grid = canonicalGrid(path, stored.size, stored.affine);
    this.#header = headerOf(path, this.#grid);
    this.voxels = sharedVoxels(this.#grid.size.reduce((product, extent) => product * extent, 1));
  }

  add(slab: Slab): void {
    copyReordered(slab, this.stored.size, this.#grid, this.voxels);
  }

  image(unit: Image['unit']): Image {
    return { ...this.#header, unit, voxels: this.voxels };
  }
}

/** `'HU'` where the values look like it: see {@link looksLikeHounsfield}. */
export function guessedUnit(integer: boolean, voxels: Float32Array): Image['unit'] {
  return looksLikeHounsfield(integer, voxels) ? 'HU' : 'arbitrary';
}

/**
 * Whether values are taken for Hounsfield units: whole numbers in the file, a minimum of -500 or
 * below, and nothing above 20,000. Air is -1000 HU and every CT of a body holds some; magnitude MR
 * is never that negative, and signed MR with larger positive values is told apart by its maximum.
 */
export function looksLikeHounsfield(integer: boolean, voxels: Float32Array): boolean {
  if (!integer) return false;
  let lowest = Infinity;
  let highest = -Infinity;
  for (let index = 0; index < voxels.length; index++) {
    const value = voxels[index]!;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return lowest <= -500 && highest <= 20_000;
}

const TILE = 64;

/**
 * Copies x-fastest file order into z-fastest canonical order.
 *
 * Works in tiles of 64 file rows, so that both the reads and the strided writes stay in the cache;
 * a row goes through a small double buffer, which keeps one fast loop for every stored type. The
 * buffer's rows lie an odd number of cache lines apart: columns of it would share a set otherwise.
 */
function copyReordered(
  { voxels, slope, intercept, first: firstSlice }: Slab,
  size: readonly number[],
  grid: CanonicalGrid,
  target: Float32Array,
): void {
  const [width, height] = size as [number, number, number];
  const depth = voxels.length / (width * height);
  const { start: origin, steps } = targetSteps(grid);
  const [stepX, stepY, stepZ] = steps as [number, number, number];
  const start = origin + firstSlice * stepZ;
  const pitch = (Math.ceil(width / 8) | 1) * 8;
  // The target's fastest axis is tiled: z in the file unless y (or x) becomes canonical z.
  const yFastest = Math.abs(stepY) === 1;
  const [tiled, outer] = yFastest ? [height, depth] : [depth, height];
  const rows = new Float64Array(Math.min(TILE, tiled) * pitch);
  const [stepTiled, stepOuter] = yFastest ? [stepY, stepZ] : [stepZ, stepY];
  const [rowTiled, rowOuter] = yFastest ? [1, height] : [height, 1];

  for (let o = 0; o < outer; o++) {
    for (let first = 0; first < tiled; first += TILE) {
      const count = Math.min(TILE, tiled - first);
      for (let t = 0; t < count; t++) {
        const row = ((first + t) * rowTiled + o * rowOuter) * width;
        rows.set(voxels.subarray(row, row + width), t * pitch);
      }
      const corner = start + o * stepOuter + first * stepTiled;
      for (let x = 0; x < width; x++) {
        let to = corner + x * stepX;
        let from = x;
        for (let t = 0; t < count; t++) {
          target[to] = rows[from]! * slope + intercept;
          to += stepTiled;
          from += pitch;
        }
      }
    }
  }
}

/** Where the file's first voxel goes in the target, and how far one step along each file axis. */
function targetSteps(grid: CanonicalGrid): { start: number; steps: readonly number[] } {
  const [, sizeY, sizeZ] = grid.size as [number, number, number];
  const strides = [sizeY * sizeZ, sizeZ, 1];
  const steps = [0, 0, 0];
  let start = 0;
  grid.fileAxes.forEach((fileAxis, axis) => {
    const stride = strides[axis]!;
    steps[fileAxis] = grid.reversed[axis] ? -stride : stride;
    if (grid.reversed[axis]) start += stride * (grid.size[axis]! - 1);
  });
  return { start, steps };
}
