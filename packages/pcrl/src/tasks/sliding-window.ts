import type { Box } from '../views/drawing/box.js';

/** How a whole volume is predicted: by windows on a grid, all of the training crop's size. */
export interface WindowPlan {
  /** All that the windows cover: the volume, and where it is smaller than a window, padding around it. */
  readonly covered: Box;
  /** Where windows start along each axis: they are all combinations of these. */
  readonly starts: readonly (readonly number[])[];
  /** In the volume's coordinates. */
  readonly windows: readonly Box[];
}

/**
 * Windows over a volume at even distances, neighbours overlapping by at least `overlap`. They reach beyond
 * the volume only along an axis on which it is smaller than a window; there it lies in their middle.
 */
export function planWindows(
  volume: readonly number[],
  window: readonly number[],
  overlap: number,
): WindowPlan {
  const starts = volume.map((side, axis) => startsAlong(side, window[axis]!, overlap));
  const corners = starts.reduce<number[][]>(
    (found, along) => found.flatMap((corner) => along.map((start) => [...corner, start])),
    [[]],
  );
  const covered: Box = {
    start: starts.map((along) => along[0]!),
    size: volume.map((side, axis) => Math.max(side, window[axis]!)),
  };
  return { covered, starts, windows: corners.map((start) => ({ start, size: window })) };
}

/**
 * Weights of a window along one axis: a Gaussian around its middle whose standard deviation is an eighth
 * of the side, as nnU-Net has it. A voxel near the window's edge, of whose surroundings the network sees
 * only a part, counts little.
 */
export function gaussianWeights(side: number): Float32Array {
  const [middle, deviation] = [(side - 1) / 2, side / 8];
  return Float32Array.from({ length: side }, (_, i) =>
    Math.exp(-(((i - middle) / deviation) ** 2) / 2),
  );
}

/** The sum of all windows' weights at each place that they cover along one axis. */
export function summedWeights(starts: readonly number[], weights: Float32Array): Float32Array {
  const first = starts[0]!;
  const sums = new Float32Array(starts.at(-1)! - first + weights.length);
  for (const start of starts) {
    for (let i = 0; i < weights.length; i++) sums[start - first + i]! += weights[i]!;
  }
  return sums;
}

function startsAlong(side: number, window: number, overlap: number): number[] {
  const spare = side - window;
  if (spare <= 0) return [Math.floor(spare / 2)];
  const steps = Math.ceil(spare / Math.max(1, Math.floor(window * (1 - overlap))));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * spare) / steps));
}
