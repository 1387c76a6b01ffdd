import { cat, type Device, scope, type Tensor, tensor } from '@pcrl/torch';

/** The filter ends at this many standard deviations, as in scipy. */
const TRUNCATE = 4;

/**
 * How the image goes on beyond its border: `reflect` repeats the edge voxel and runs back (d c b a | a
 * b c d), `nearest` repeats the edge voxel for ever. Both as scipy names them.
 */
export type BlurBorder = 'reflect' | 'nearest';

/**
 * A Gaussian filter, in place, with standard deviations of its own for each item and axis. Along one axis it is a
 * product with a banded matrix, which holds the border's rule too; the products run item by item so
 * that the bits do not depend on the batch.
 *
 * @param views `[N, 1, ...size]`
 * @param deviations for each item, per axis, in voxels; 0 leaves the axis as it is
 */
export function gaussianBlur(
  views: Tensor,
  deviations: readonly (readonly number[])[],
  border: BlurBorder,
): void {
  const size = views.shape.slice(2);
  const blurred = deviations.flatMap((of, item) => (of.some((value) => value > 0) ? [item] : []));
  const matrices = size.map((side, axis) =>
    blurMatrices(
      blurred.map((item) => deviations[item]![axis]!),
      side,
      border,
      views.device,
    ),
  );
  blurred.forEach((item, index) => {
    scope(() => {
      const values = matrices.reduce(
        (lines, of, axis) =>
          filterFirstAxis(lines, of.select(0, index), radiusOf(deviations[item]![axis]!)),
        views.select(0, item),
      );
      views.select(0, item).copy_(values.reshape([1, ...size]));
    });
  });
}

/** Rows of a banded matrix that are multiplied at once. */
const BLOCK = 64;

/** Filters the first axis of what is left and puts it last: after one turn per axis all are done. */
function filterFirstAxis(values: Tensor, matrix: Tensor, radius: number): Tensor {
  const side = matrix.shape[0]!;
  const lines = values.reshape([side, -1]).transpose(0, 1);
  const blocks = Array.from({ length: Math.ceil(side / BLOCK) }, (_, block) => {
    const [first, end] = [block * BLOCK, Math.min(side, (block + 1) * BLOCK)];
    // Outside these columns the block's rows are 0.
    const [from, to] = [Math.max(0, first - radius), Math.min(side, end + radius)];
    const band = matrix.narrow(0, first, end - first).narrow(1, from, to - from);
    return lines.narrow(1, from, to - from).matmul(band.transpose(0, 1));
  });
  return blocks.length === 1 ? blocks[0]! : cat(blocks, 1);
}

function blurMatrices(
  deviations: readonly number[],
  side: number,
  border: BlurBorder,
  device: Device,
): Tensor {
  const values = new Float32Array(deviations.length * side * side);
  deviations.forEach((deviation, item) => {
    fillBlurMatrix(
      values.subarray(item * side * side, (item + 1) * side * side),
      side,
      deviation,
      border,
    );
  });
  return tensor(values, [deviations.length, side, side], { device });
}

/** `matrix[i][j]` is the weight of voxel j in the filtered voxel i. */
function fillBlurMatrix(
  matrix: Float32Array,
  side: number,
  deviation: number,
  border: BlurBorder,
): void {
  const weights = gaussianWeights(deviation);
  const radius = weights.length - 1;
  for (let i = 0; i < side; i++) {
    for (let offset = -radius; offset <= radius; offset++) {
      const j = insideOf(i + offset, side, border);
      matrix[i * side + j]! += weights[Math.abs(offset)]!;
    }
  }
}

/** How many neighbours on each side count. */
function radiusOf(deviation: number): number {
  return Math.floor(TRUNCATE * deviation + 0.5);
}

/** Weights of the centre and of one side, the whole filter of sum 1. */
function gaussianWeights(deviation: number): Float64Array {
  const radius = radiusOf(deviation);
  const weights = Float64Array.from({ length: radius + 1 }, (_, k) =>
    k === 0 ? 1 : Math.exp((-0.5 * k * k) / (deviation * deviation)),
  );
  const sum = weights.reduce((total, weight, k) => total + (k === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

function insideOf(index: number, side: number, border: BlurBorder): number {
  if (border === 'nearest') return Math.min(side - 1, Math.max(0, index));
  const period = 2 * side;
  const phase = ((index % period) + period) % period;
  return phase < side ? phase : period - 1 - phase;
}
