import { createRequire } from 'node:module';

/** The exports of native/reading.cc. */
interface Native {
  adviseHugePages(bytes: Uint8Array): void;
  keepFreedMemory(): void;
  undoPngFilters(bytes: Uint8Array, rowBytes: number, pixelBytes: number): boolean;
  areaMeans(
    pixels: Pixels,
    width: number,
    height: number,
    columns: number,
    rows: number,
    factor: number,
    out: Float32Array,
  ): void;
  interpolateView(out: Float32Array, view: InterpolatedView): void;
}

/** What a grey picture may be stored in. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/** Below this no whole huge page is sure to lie inside. */
const SMALLEST = 1 << 22;

let loaded: Native | undefined;

/** Loaded when it is first needed. */
function native(): Native {
  loaded ??= createRequire(import.meta.url)('../build/Release/reading.node') as Native;
  return loaded;
}

/**
 * Asks the system to back a large array, not written to yet, with huge pages (2 MiB on x86-64). Filling it
 * then costs one page fault where it would cost 512. The memory stays the collector's: it is given back as
 * that of any array. Small arrays, and systems without huge pages, are left as they are.
 *
 * @param view over memory of its own, shared or not
 * @returns `view`
 */
export function withHugePages<T extends ArrayBufferView>(view: T): T {
  if (view.byteLength < SMALLEST) return view;
  native().adviseHugePages(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return view;
}

/**
 * Lets the heap keep freed blocks of up to 4 MiB for the next one, in the whole process, where glibc would
 * give each back to the system and ask for it anew.
 */
export function keepFreedMemory(): void {
  native().keepFreedMemory();
}

/**
 * Undoes the filters of a PNG's rows (PNG specification, 9), in place: the pixels then lie at the start of
 * `bytes`, row by row, in the byte order of the file.
 *
 * @param bytes the inflated image data: each row's filter and its bytes
 * @param rowBytes of a row, without its filter
 * @param pixelBytes of a pixel
 * @returns false, and nothing is changed, where a filter is none that there is
 * @throws RangeError where the bytes are no whole rows
 */
export function undoPngFilters(bytes: Uint8Array, rowBytes: number, pixelBytes: number): boolean {
  return native().undoPngFilters(bytes, rowBytes, pixelBytes);
}

/**
 * Shrinks a grey picture to the means of the areas that its new pixels cover, times `factor`.
 *
 * @param pixels row by row
 * @param size `[W, H]`
 * @param smaller `[W, H]` of the new picture
 * @param out where its pixels go, row by row
 */
export function areaMeans(
  pixels: Pixels,
  [width, height]: readonly [number, number],
  [columns, rows]: readonly [number, number],
  factor: number,
  out: Float32Array,
): void {
  native().areaMeans(pixels, width, height, columns, rows, factor, out);
}

/** A view as {@link interpolateView} cuts it: of 2 or 3 axes, one number for each, the last axis fastest. */
export interface InterpolatedView {
  readonly size: Float64Array;
  /** What it is cut from. */
  readonly voxels: Float32Array;
  readonly grid: Float64Array;
  /** The region of the grid that may be read: where it begins, and its size. What lies beyond repeats its edge. */
  readonly start: Float64Array;
  readonly extents: Float64Array;
  /** Where the view's first voxel lies, in voxels of the region. */
  readonly base: Float64Array;
  /** How far a step along axis j of the view goes along axis i of the region, at `i * axes + j`. */
  readonly steps: Float64Array;
  /** A voxel of the view is the mean of points at these distances from it; one point after the other. */
  readonly points: Float64Array;
  /** Voxels that do not lie between these, both included, are `outside`. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly outside: number;
}

/**
 * Cuts a view out of an image, linear along each axis, in double precision: the same bits on every processor.
 *
 * @param out receives the view
 * @throws RangeError where sizes do not fit, or a number is not finite
 */
export function interpolateView(out: Float32Array, view: InterpolatedView): void {
  native().interpolateView(out, view);
}
