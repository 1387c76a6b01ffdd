import { type Image, sharedVoxels } from './image.js';

type Shrinkable = Pick<Image, 'size' | 'spacing' | 'voxels'>;

/**
 * Shrinks a grey 2D image so that its short side is `shortSide` pixels; a smaller one stays as it is. Each
 * new pixel is the mean of the area it covers.
 */
export function shrinkGrey<T extends Shrinkable>(image: T, shortSide: number): T {
  const shrink = shortSide / Math.min(...image.size);
  if (shrink >= 1) return image;
  const size = image.size.map((side) => Math.round(side * shrink));
  const spacing = image.spacing.map((step, axis) => (step * image.size[axis]!) / size[axis]!);
  return { ...image, size, spacing, voxels: areaAverage(image, [size[1]!, size[0]!]) };
}

/** A smaller image: rows and columns are averaged in turn, each over the stretch a new pixel covers. */
function areaAverage(image: Shrinkable, size: readonly [number, number]): Float32Array {
  const { voxels } = image;
  const [width, height] = image.size as [number, number];
  const rows = stretches(height, size[0]);
  const columns = stretches(width, size[1]);
  const line = new Float32Array(width);
  const out = sharedVoxels(size[0] * size[1]);
  for (let row = 0; row < size[0]; row++) {
    line.fill(0);
    for (let tap = 0; tap < rows.taps; tap++) {
      const weight = rows.weights[row * rows.taps + tap]!;
      const from = Math.min(height - 1, rows.first[row]! + tap) * width;
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) line[x]! += weight * voxels[from + x]!;
    }
    averageLine(out, row * size[1], line, columns);
  }
  return out;
}

function averageLine(out: Float32Array, at: number, line: Float32Array, columns: Stretches): void {
  const { taps, first, weights } = columns;
  for (let column = 0; column < first.length; column++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const from = Math.min(line.length - 1, first[column]! + tap);
      sum += weights[column * taps + tap]! * line[from]!;
    }
    out[at + column] = sum;
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
