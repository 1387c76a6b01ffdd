import { call, callOne } from '../door.js';
import { ShapeError } from '../errors.js';
import { Tensor } from '../tensor.js';

const spatialAxes = (input: Tensor) => input.shape.length - 2;
const every = (input: Tensor, value: number) => new Array<number>(spatialAxes(input)).fill(value);

/** The window of a pooling; the stride is the window where it is left out. */
export interface PoolOptions {
  readonly window: number;
  readonly stride?: number;
  readonly padding?: number;
}

/** The largest value of each window, 2D or 3D. */
export function maxPool(input: Tensor, { window, stride, padding = 0 }: PoolOptions): Tensor {
  const name = `aten::max_pool${spatialAxes(input)}d`;
  return callOne(
    name,
    input,
    every(input, window),
    every(input, stride ?? window),
    every(input, padding),
  );
}

/** The mean of each window, 2D or 3D. */
export function avgPool(input: Tensor, { window, stride, padding = 0 }: PoolOptions): Tensor {
  const name = `aten::avg_pool${spatialAxes(input)}d`;
  return callOne(
    name,
    input,
    every(input, window),
    every(input, stride ?? window),
    every(input, padding),
  );
}

/** Global average pooling: `[N, C, ...]` to `[N, C]`. */
export function globalAveragePool(input: Tensor): Tensor {
  return input.mean(input.shape.slice(2).map((_, axis) => axis + 2));
}

/** How interpolation weighs neighbours. `linear` is bilinear in 2D and trilinear in 3D. */
export type InterpolationMode = 'nearest' | 'linear';

/**
 * Resizes the spatial axes of `[N, C, ...]`, as PyTorch's `interpolate` does.
 *
 * @param target the new size of each spatial axis, or one factor for all
 */
export function interpolate(
  input: Tensor,
  target: { readonly size: readonly number[] } | { readonly scale: number },
  mode: InterpolationMode,
  alignCorners = false,
): Tensor {
  const axes = spatialAxes(input);
  const size = 'size' in target ? target.size : null;
  const factors = 'scale' in target ? every(input, target.scale) : null;
  if (mode === 'nearest')
    return callOne(`aten::upsample_nearest${axes}d.vec`, input, size, factors);
  const linear = axes === 3 ? 'aten::upsample_trilinear3d.vec' : 'aten::upsample_bilinear2d.vec';
  return callOne(linear, input, size, alignCorners, factors);
}

/** What lies outside the image: zeros, or the nearest edge value. */
export type GridPadding = 'zeros' | 'border' | 'reflection';

/**
 * Samples `[N, C, ...]` at the points of a grid `[N, ...out, axes]` in [-1, 1]; the grid's last axis
 * lists the fastest image axis first, as in PyTorch's `grid_sample`.
 */
export function gridSample(
  input: Tensor,
  grid: Tensor,
  options: {
    readonly mode?: 'linear' | 'nearest';
    readonly padding?: GridPadding;
    readonly alignCorners?: boolean;
  } = {},
): Tensor {
  const { mode = 'linear', padding = 'zeros', alignCorners = false } = options;
  const padMode = { zeros: 0, border: 1, reflection: 2 }[padding];
  return callOne(
    'aten::grid_sampler',
    input,
    grid,
    mode === 'linear' ? 0 : 1,
    padMode,
    alignCorners,
  );
}

/** The grid of an affine map `theta` `[N, axes, axes + 1]` over an output `size` `[N, C, ...]`. */
export function affineGrid(theta: Tensor, size: readonly number[], alignCorners = false): Tensor {
  return callOne('aten::affine_grid_generator', theta, size, alignCorners);
}

/**
 * Pads the last axes.
 *
 * @param amounts before and after, the last axis first, as in PyTorch's `pad`
 */
export function pad(
  input: Tensor,
  amounts: readonly number[],
  mode: 'constant' | 'reflect' | 'replicate' = 'constant',
  value = 0,
): Tensor {
  if (mode === 'constant') return callOne('aten::constant_pad_nd', input, amounts, value);
  const name = mode === 'reflect' ? 'reflection' : 'replication';
  const padded = call(`aten::${name}_pad${amounts.length / 2}d`, input, amounts);
  if (padded instanceof Tensor) return padded;
  throw new ShapeError(`cannot pad [${input.shape.join(', ')}]`, 'Pad one to three axes.');
}
