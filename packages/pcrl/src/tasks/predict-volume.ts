import { scope, type Tensor, tensor, zeros } from '@pcrl/torch';
import type { Compute } from '../training/device.js';
import type { Box } from '../views/drawing/box.js';
import type { VoxelGrid } from '../views/drawing/voxel-grid.js';
import { gaussianWeights, planWindows, summedWeights, type WindowPlan } from './sliding-window.js';
import type { TaskNetwork } from './task.js';
import { normalisedCrop } from './volume.js';

/** How whole volumes are predicted. */
export interface Prediction {
  /** The training crop's size, each side a multiple of 8. */
  readonly window: readonly number[];
  /** Share of a window that its neighbour covers as well. */
  readonly overlap: number;
  /** Windows predicted together: as many as crops in a training step run at the same rate. */
  readonly batch: number;
  readonly compute: Pick<Compute, 'device' | 'inPrecision'>;
}

/** Probabilities `[N, K, ...]` of inputs `[N, C, ...]`. */
export function probabilitiesOf(
  net: TaskNetwork,
  input: Tensor,
  compute: Prediction['compute'],
): Tensor {
  const logits = compute.inPrecision(() => net.forward(input));
  return logits.to({ dtype: 'f32' }).sigmoid();
}

/**
 * Probabilities `[1, K, X, Y, Z]` of a whole volume, from its channels on one grid. Windows of the training crop's size slide over it, each
 * normalised and padded as training crops are; a voxel gets the mean of the windows that cover it, with
 * Gaussian weights.
 *
 * Memory: `K` values a voxel and one batch of windows. The weights are products over the axes and the
 * windows stand on a grid, so their sum is a product as well and needs no volume of its own.
 */
export function predictVolume(
  net: TaskNetwork,
  channels: readonly VoxelGrid[],
  { window, overlap, batch, compute }: Prediction,
): Tensor {
  return scope(() => {
    const { device } = compute;
    const { size } = channels[0]!;
    const plan = planWindows(size, window, overlap);
    const weights = window.map(gaussianWeights);
    const inputOf = inputsOf(channels, window, batch);
    let sum: Tensor | undefined;
    for (let at = 0; at < plan.windows.length; at += batch) {
      const boxes = plan.windows.slice(at, at + batch);
      const found = scope(() => probabilitiesOf(net, inputOf(boxes, device), compute));
      sum ??= zeros([1, found.dimension(1), ...plan.covered.size], { device });
      addWeighted(sum, found, { boxes, weights, plan });
      found.dispose();
    }
    plan.starts.forEach((starts, axis) => {
      scope(() => sum!.div_(alongAxis(summedWeights(starts, weights[axis]!), axis, device)));
    });
    const start = plan.covered.start.map((first) => -first);
    // Rounding makes more than 1 of a mean of ones, of which there is no cross-entropy.
    return part(sum!, { start, size }).clamp_(0, 1);
  });
}

/**
 * Windows as the network's input, `[N, C, ...]`. The same memory takes every batch: arrays that wait for the
 * collector grew to 0.8 GB over a large CT.
 */
function inputsOf(channels: readonly VoxelGrid[], window: readonly number[], batch: number) {
  const voxels = window.reduce((product, side) => product * side, 1);
  const crops = new Float32Array(batch * channels.length * voxels);
  return (boxes: readonly Box[], device: string): Tensor => {
    boxes.forEach((box, n) => {
      channels.forEach((volume, c) => {
        const at = (n * channels.length + c) * voxels;
        normalisedCrop(volume, box, crops.subarray(at, at + voxels));
      });
    });
    const used = crops.subarray(0, boxes.length * channels.length * voxels);
    return tensor(used, [boxes.length, channels.length, ...window], { device });
  };
}

/** Adds windows' probabilities, weighted, where the windows lie. */
function addWeighted(
  sum: Tensor,
  found: Tensor,
  {
    boxes,
    weights,
    plan,
  }: {
    readonly boxes: readonly Box[];
    readonly weights: readonly Float32Array[];
    readonly plan: WindowPlan;
  },
): void {
  scope(() => {
    weights.forEach((along, axis) => {
      found.mul_(alongAxis(along, axis, found.device));
    });
    boxes.forEach(({ start, size }, index) => {
      const place = start.map((first, axis) => first - plan.covered.start[axis]!);
      part(sum, { start: place, size }).add_(found.narrow(0, index, 1));
    });
  });
}

/** Values along one axis of `[N, C, X, Y, Z]`. */
function alongAxis(values: Float32Array, axis: number, device: string): Tensor {
  const shape = [1, 1, 1, 1, 1];
  shape[axis + 2] = values.length;
  return tensor(values, shape, { device });
}

/** A box of `[N, C, X, Y, Z]`, sharing its memory. */
function part(values: Tensor, { start, size }: Box): Tensor {
  return size.reduce((found, side, axis) => found.narrow(axis + 2, start[axis]!, side), values);
}
