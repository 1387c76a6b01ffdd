import { type Image, sharedVoxels } from './image.js';

type Pixels = Uint8Array | Uint16Array | Float32Array;
type Shrinkable = Pick<Image, 'size' | 'spacing' | 'voxels'>;

/**
 * Shrinks a grey 2D image so that its short side is `shortSide` pixels; a smaller one stays as it is. Each
 * new pixel is the mean of the area it covers.
 */
export function shrinkGrey<T extends Shrinkable>(image: T, shortSide: number): T {
  const grid = shrunkGrid(image, shortSide);
  if (!grid) return image;
  return { ...image, ...grid, voxels: areaMeans(image.voxels, image.size, grid.size, 1) };
}

/** `[W, H]` and spacing after a reduction to a short side; undefined where that is none. */
export function shrunkGrid(
  { size, spacing }: Pick<Image, 'size' | 'spacing'>,
  shortSide: number,
): Pick<Image, 'size' | 'spacing'> | undefined {
  const shrink = shortSide / Math.min(...size);
  if (shrink >= 1) return undefined;
  const smaller = size.map((side) => Math.round(side * shrink));
  return {
    size: smaller,
    spacing: spacing.map((step, axis) => (step * size[axis]!) / smaller[axis]!),
  };
}

/**
 * The means of the areas that the pixels of a smaller `[W, H]` cover, times `factor`. Sums are doubles and
 * are rounded once, so that a picture of one grey stays one.
 */
export function areaMeans(
  pixels: Pixels,
  size: readonly number[],
  smaller: readonly number[],
  factor: number,
): Float32Array {
  const [width, height] = size as [number, number];
  const [columns, rows] = [stretches(width, smaller[0]!), stretches(height, smaller[1]!)];
  const line = new Float64Array(width + columns.taps);
  const out = sharedVoxels(smaller[0]! * smaller[1]!);
  for (let row = 0; row < smaller[1]!; row++) {
    line.fill(0);
    for (let tap = 0; tap < rows.taps; tap += 4) addRows(line, pixels, width, rows, row, tap);
    averageLine(out, row * smaller[0]!, line, columns, factor);
  }
  return out;
}

/** Adds four weighted rows of pixels at once: a sum in memory costs more than the additions. */
function addRows(
  line: Float64Array,
  pixels: Pixels,
  width: number,
  { first, weights, taps }: Stretches,
  row: number,
  tap: number,
): void {
  const weight = (t: number) => (tap + t < taps ? weights[row * taps + tap + t]! : 0);
  const [a, b, c, d] = [weight(0), weight(1), weight(2), weight(3)];
  const start = (t: number) => (weight(t) > 0 ? (first[row]! + tap + t) * width : 0);
  const [atA, atB, atC, atD] = [start(0), start(1), start(2), start(3)];
  for (let x = 0; x < width; x++) {
    line[x]! +=
      a * pixels[atA + x]! + b * pixels[atB + x]! + c * pixels[atC + x]! + d * pixels[atD + x]!;
  }
}

function averageLine(
  out: Float32Array,
  at: number,
  line: Float64Array,
  { taps, first, weights }: Stretches,
  factor: number,
): void {
  for (let column = 0, next = 0; column < first.length; column++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += weights[next++]! * line[first[column]! + tap]!;
    out[at + column] = sum * factor;
  }
}

/** What each new pixel covers of the old ones: the first of them, and the share of `taps` from there. */
interface Stretches {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

function stretches(extent: number, count: number): Stretches {
  const length = extent / count;
  const taps = Math.ceil(length) + 1;
  const first = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let i = 0; i < count; i++) {
    const [start, end] = [i * length, (i + 1) * length];
    first[i] = Math.floor(start);
    for (let tap = 0; tap < taps; tap++) {
      const from = first[i]! + tap;
      weights[i * taps + tap] =
        Math.max(0, Math.min(end, from + 1, extent) - Math.max(start, from)) / length;
    }
  }
  return { taps, first, weights };
}
