import { call, empty, scope, type Tensor, tensor } from '@pcrl/torch';

/** The filter ends at this many standard deviations, as in scipy. */
const TRUNCATE = 4;

/**
 * How the image goes on beyond its border: `reflect` repeats the edge voxel and runs back (d c b a | a
 * b c d), `nearest` repeats the edge voxel for ever. Both as scipy names them.
 */
export type BlurBorder = 'reflect' | 'nearest';

/** What does not differ from view to view. */
export interface BlurRules {
  readonly border: BlurBorder;
  /** No standard deviation is larger. It says how much is read for each voxel, whatever is drawn. */
  readonly largest: number;
}

/**
 * A Gaussian filter, in place, with standard deviations of its own for each item and axis. Along one axis it is a
 * product with a banded matrix, block by block, which holds the border's rule too. A batched product takes item
 * by item, and as much of each, so that the bits do not depend on the batch.
 *
 * @param views `[N, 1, ...size]`
 * @param deviations for each item, per axis, in voxels; 0 leaves the axis as it is
 */
export function gaussianBlur(
  views: Tensor,
  deviations: readonly (readonly number[])[],
  rules: BlurRules,
): void {
  const items = deviations.flatMap((of, item) => (of.some((value) => value > 0) ? [item] : []));
  if (items.length === 0) return;
  const [, , ...size] = views.shape;
  scope(() => {
    const index = tensor(Int32Array.from(items), [items.length], { device: views.device });
    let values = views.indexSelect(0, index);
    size.forEach((side, axis) => {
      const along = items.map((item) => deviations[item]![axis]!);
      values = filterFirstAxis(values.reshape([items.length, side, -1]), along, rules);
    });
    const blurred = values.reshape([items.length, 1, ...size]);
    call('aten::index_copy_', views, 0, index.to({ dtype: 'i64' }), blurred);
  });
}

/** Voxels of a line that one product makes: fewer take more calls, more multiply more zeros. */
const BLOCK = 32;

/**
 * Filters the first axis of what is left of each item and puts it last: after one turn per axis all are done.
 *
 * @param values `[N, side, rest]`
 * @returns `[N, rest, side]`
 */
function filterFirstAxis(
  values: Tensor,
  deviations: readonly number[],
  { border, largest }: BlurRules,
): Tensor {
  const { device } = values;
  const [items, side, rest] = values.shape as [number, number, number];
  const filtered = empty([items, rest, side], { device });
  const lines = values.transpose(1, 2);
  const reach = radiusOf(largest);
  for (let first = 0; first < side; first += BLOCK) {
    const count = Math.min(BLOCK, side - first);
    const from = Math.max(0, first - reach);
    const width = Math.min(side, first + count + reach) - from;
    const weights = new Float32Array(items * width * count);
    deviations.forEach((deviation, item) => {
      const ofItem = weights.subarray(item * width * count, (item + 1) * width * count);
      fillWeights(ofItem, { first, count, from, side }, gaussianWeights(deviation), border);
    });
    const band = tensor(weights, [items, width, count], { device });
    call('aten::bmm.out', lines.narrow(2, from, width), band, filtered.narrow(2, first, count));
  }
  return filtered;
}

/** `count` voxels of a line of `side`, made of those that begin at `from`. */
interface Block {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  readonly side: number;
}

/** `weights[j][i]` is the weight of voxel `from + j` in the filtered voxel `first + i`. */
function fillWeights(
  weights: Float32Array,
  { first, count, from, side }: Block,
  filter: Float64Array,
  border: BlurBorder,
): void {
  const radius = filter.length - 1;
  for (let i = 0; i < count; i++) {
    for (let offset = -radius; offset <= radius; offset++) {
      const j = insideOf(first + i + offset, side, border) - from;
      weights[j * count + i]! += filter[Math.abs(offset)]!;
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
