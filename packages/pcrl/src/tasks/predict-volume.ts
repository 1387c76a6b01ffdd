import { scope, type Tensor, tensor, zeros } from '@pcrl/torch';
import type { Compute } from '../training/device.js';
import type { Box } from '../views/drawing/box.js';
import { planWindows } from './sliding-window.js';
import type { TaskNetwork } from './task.js';
import { normalisedCrop, type Volume } from './volume.js';

/** How whole volumes are predicted. */
export interface Prediction {
  /** Largest window, each side a multiple of 8. */
  readonly window: readonly number[];
  /** Share of a window that its neighbour covers as well. */
  readonly overlap: number;
  readonly compute: Compute;
}

/** A voxel belongs to its likeliest class where that is likelier than not. */
const THRESHOLD = 0.5;

/** Probabilities `[N, K, ...]` of inputs `[N, 1, ...]`. */
export function probabilitiesOf(net: TaskNetwork, input: Tensor, compute: Compute): Tensor {
  const logits = compute.inPrecision(() => net.forward(input));
  return logits.to({ dtype: 'f32' }).sigmoid();
}

/** Probabilities `[1, K, X, Y, Z]` of a whole volume: the mean of the windows that cover a voxel. */
export function predictVolume(
  net: TaskNetwork,
  volume: Volume,
  { window, overlap, compute }: Prediction,
): Tensor {
  return scope(() => {
    const { extent, windows } = planWindows(volume.size, window, overlap);
    const predict = (box: Box) => {
      const input = tensor(normalisedCrop(volume, box), [1, 1, ...box.size], {
        device: compute.device,
      });
      return probabilitiesOf(net, input, compute);
    };
    const first = predict(windows[0]!);
    const whole: Box = { start: [0, 0, 0], size: volume.size };
    if (windows.length === 1) return part(first, whole);
    const options = { device: compute.device };
    const sum = zeros([1, first.dimension(1), ...extent], options);
    const count = zeros([1, 1, ...extent], options);
    windows.forEach((box, index) => {
      scope(() => {
        part(sum, box).add_(index === 0 ? first : predict(box));
        part(count, box).add_(1);
      });
    });
    return part(sum.div_(count), whole);
  });
}

/** A box of `[N, C, X, Y, Z]`, sharing its memory. */
function part(values: Tensor, { start, size }: Box): Tensor {
  return size.reduce((found, side, axis) => found.narrow(axis + 2, start[axis]!, side), values);
}

/** The label of each voxel from probabilities `[1, K, X, Y, Z]`. */
export function labelMap(probabilities: Tensor, labels: readonly number[]): Uint8Array {
  const classes = probabilities.contiguous().data() as Float32Array;
  const count = classes.length / labels.length;
  const map = new Uint8Array(count);
  const best = new Float32Array(count).fill(THRESHOLD);
  labels.forEach((label, k) => {
    const offset = k * count;
    for (let i = 0; i < count; i++) {
      if (classes[offset + i]! <= best[i]!) continue;
      best[i] = classes[offset + i]!;
      map[i] = label;
    }
  });
  return map;
}
