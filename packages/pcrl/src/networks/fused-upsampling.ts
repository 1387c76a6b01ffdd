import { callOne, cat, conv, convTranspose, scope, type Tensor, tensor, zeros } from '@pcrl/torch';

/*
 * Between up-sampling by 2 and the convolution that follows there is nothing non-linear, so the two are
 * one convolution at the low resolution: along an axis, outputs 2i and 2i + 1 (parities 0 and 1) read two
 * inputs each, x[i - 1 + parity + k] with k = 0 or 1. Tap d of the convolution (0, 1, 2), where it reads
 * half s of what one input was doubled to (0, 1), falls on
 *
 *   2k + parity = d + 1 - s
 *
 * so a composed kernel has four entries along each axis. In 2D that is 4/9 of the multiply-adds, in 3D 8/27,
 * and the doubled map is never made.
 */

/** Nearest-neighbour x2 of `[N, C, ...]`, then a convolution of size 3 with padding 1. */
export function upsampledConv(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return scope(() => {
    const axes = weight.shape.length - 2;
    const convolved = parityConv(input, doubledTaps(weight));
    return bias ? convolved.add_(bias.reshape([-1, ...ones(axes)])) : convolved;
  });
}

/**
 * A 2x2x2 transposed convolution with stride 2, then a 3x3x3 convolution with padding 1, both with bias:
 * as one convolution where that takes fewer multiply-adds.
 */
export function transposedConvThenConv(
  input: Tensor,
  up: { readonly weight: Tensor; readonly bias: Tensor },
  next: { readonly weight: Tensor; readonly bias: Tensor | null },
): Tensor {
  return scope(() => {
    if (!composingPays(input.shape, up.weight.shape, next.weight.shape)) {
      const doubled = convTranspose(input, up.weight, up.bias, { stride: 2 });
      return conv(doubled, next.weight, next.bias, { padding: 1 });
    }
    const convolved = parityConv(input, composedTaps(up.weight, next.weight));
    return convolved.add_(biasMap(up.bias, next, convolved.shape.slice(2)));
  });
}

/**
 * Whether a composed kernel takes fewer multiply-adds, from the shapes of the input and both weights.
 * Composing costs the same for any batch, so few voxels with many channels are better left alone.
 */
export function composingPays(
  [batch, from, ...size]: readonly number[],
  [, middle]: readonly number[],
  [to]: readonly number[],
): boolean {
  const [n, ci, cm, co] = [batch!, from!, middle!, to!];
  const plain = n * product(size) * 8 * cm * (ci + 27 * co);
  const composing = 8 * 27 * ci * cm * co;
  const composed = n * product(size.map((length) => length + 1)) * 64 * ci * co;
  return composing + composed < plain;
}

const product = (lengths: readonly number[]) => lengths.reduce((all, length) => all * length, 1);
const ones = (count: number) => new Array<number>(count).fill(1);

/**
 * Every parity of the output by one convolution at the low resolution, then interleaved.
 *
 * @param kernel `[out, in, 4, ...]` with entries 2k + parity along each axis
 */
function parityConv(input: Tensor, kernel: Tensor): Tensor {
  const [batch, from, ...size] = input.shape as [number, number, ...number[]];
  const to = kernel.dimension(0);
  const axis = size.map((_, index) => index);
  // [out, in, k, parity, k, parity, ...] -> [parity, ..., out, in, k, ...]
  const stacked = kernel
    .reshape([to, from, ...axis.flatMap(() => [2, 2])])
    .permute([...axis.map((a) => 3 + 2 * a), 0, 1, ...axis.map((a) => 2 + 2 * a)])
    .reshape([2 ** size.length * to, from, ...axis.map(() => 2)]);
  const parities = conv(input, stacked, null, { padding: 1 }).contiguous();
  // Padding on both sides makes the grid one longer than the input: parity 0 is all of it but the end,
  // parity 1 all but the start. Hence a parity is one step further in its channels and one along its axis.
  const grid = size.map((length) => length + 1);
  const step = grid.map((_, a) => product(grid.slice(a + 1)));
  const block = to * product(grid);
  const parityStep = step.map((along, a) => block * 2 ** (size.length - 1 - a) + along);
  return callOne(
    'aten::as_strided',
    parities,
    [batch, to, ...size.flatMap((length) => [length, 2])],
    [block * 2 ** size.length, product(grid), ...axis.flatMap((a) => [step[a]!, parityStep[a]!])],
  ).reshape([batch, to, ...size.map((length) => 2 * length)]);
}

/** The kernel of nearest x2 and `[out, in, 3, ...]`: each tap falls on entries d and d + 1. */
function doubledTaps(weight: Tensor): Tensor {
  const axes = weight.shape.length - 2;
  return ones(axes).reduce((kernel, _, axis) => {
    const pad = (before: number, after: number) => {
      const padding = new Array<number>(2 * axes).fill(0);
      // libtorch counts paddings from the last axis.
      padding.splice(2 * (axes - 1 - axis), 2, before, after);
      return callOne('aten::constant_pad_nd', kernel, padding);
    };
    return pad(0, 1).add(pad(1, 0));
  }, weight);
}

/**
 * The kernel of a transposed convolution `[in, middle, 2, 2, 2]` and a convolution
 * `[out, middle, 3, 3, 3]`: all products of a half with a tap in one matrix product, then each added to
 * the entry it falls on.
 */
function composedTaps(up: Tensor, next: Tensor): Tensor {
  const [from, middle] = up.shape as [number, number];
  const to = next.dimension(0);
  const halves = up.permute([2, 3, 4, 0, 1]).reshape([8 * from, middle]);
  const taps = next.permute([1, 2, 3, 4, 0]).reshape([middle, 27 * to]);
  const products = halves
    .matmul(taps)
    .reshape([8, from, 27, to])
    .transpose(1, 2)
    .reshape([8 * 27, from * to]);
  const { device, dtype } = up;
  const entries = tensor(productEntries(), [8 * 27], { dtype: 'i64' }).to({ device });
  // Under autocast the products come in 16 bits; they are added up in the weights' own type.
  const sums = zeros([64, from * to], { device, dtype });
  return callOne('aten::index_add', sums, 0, entries, products.to({ dtype }))
    .reshape([4, 4, 4, from, to])
    .permute([4, 3, 0, 1, 2]);
}

/** For each half (x, y, z) and tap (x, y, z), row-major, the entry of `[4, 4, 4]` that it falls on. */
function productEntries(): number[] {
  const halves = [0, 1];
  const taps = [0, 1, 2];
  const along = halves.map((s) => taps.map((d) => d + 1 - s));
  const triples = (list: readonly number[]) =>
    list.flatMap((x) => list.flatMap((y) => list.map((z) => [x, y, z] as const)));
  return triples(halves).flatMap(([sx, sy, sz]) =>
    triples(taps).map(
      ([dx, dy, dz]) => along[sx]![dx]! * 16 + along[sy]![dy]! * 4 + along[sz]![dz]!,
    ),
  );
}

/**
 * What both biases add, `[1, out, ...size]`: the convolution sees the first bias everywhere but in its
 * zero padding, so along each axis the first and the last entry differ from those between.
 */
function biasMap(
  bias: Tensor,
  next: { readonly weight: Tensor; readonly bias: Tensor | null },
  size: readonly number[],
): Tensor {
  const constant = bias.reshape([1, -1, 1, 1, 1]).expand([1, -1, 3, 3, 3]);
  const classes = conv(constant, next.weight, next.bias, { padding: 1 });
  return size.reduce((map, length, axis) => {
    const at = (index: number) => map.narrow(2 + axis, index, 1);
    const between = map.shape.map((_, a) => (a === 2 + axis ? length - 2 : -1));
    return cat([at(0), at(1).expand(between), at(2)], 2 + axis);
  }, classes);
}
