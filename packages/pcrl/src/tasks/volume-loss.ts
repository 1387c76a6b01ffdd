import { cat, scope, type Tensor, tensor } from '@pcrl/torch';
import type { SegmentationSettings } from '../settings/index.js';
import { crossEntropyOf, hasCrossEntropy, lossOf, overlapOf } from './dice-loss.js';
import type { Structure } from './structures.js';

/** What is known of a volume. */
export interface VolumeTruth {
  /** Label of each voxel, `[X, Y, Z]` row-major. */
  readonly mask: Float32Array;
  readonly structures: readonly Structure[];
}

/** Voxels of a slab: large enough that a slab's overhead does not show. */
const SLAB = 1 << 20;

/**
 * The loss of a whole volume, slab by slab along X: its parts are sums over voxels, so the value is that of the
 * volume at once, and memory beside the probabilities is that of a slab.
 *
 * @param probabilities `[1, K, X, Y, Z]`
 */
export function volumeLoss(
  probabilities: Tensor,
  { mask, structures }: VolumeTruth,
  settings: Pick<SegmentationSettings, 'loss' | 'bceWeight'>,
  slab = SLAB,
): number {
  const [length, ...inSlice] = probabilities.shape.slice(2) as [number, number, number];
  const voxels = inSlice[0]! * inSlice[1]!;
  const thickness = Math.max(1, Math.floor(slab / voxels));
  const sums = {
    shared: zerosOf(structures),
    predicted: zerosOf(structures),
    wanted: zerosOf(structures),
  };
  let crossEntropy = 0;
  for (let start = 0; start < length; start += thickness) {
    const slices = Math.min(thickness, length - start);
    scope(() => {
      const found = probabilities.narrow(2, start, slices);
      const labels = mask.subarray(start * voxels, (start + slices) * voxels);
      const given = tensor(labels, [1, 1, slices, ...inSlice], { device: found.device });
      const wanted = onePerStructure(given, structures);
      const overlap = overlapOf(found, wanted);
      for (const part of ['shared', 'predicted', 'wanted'] as const) {
        overlap[part].toArray().forEach((value, k) => {
          sums[part][k]! += value;
        });
      }
      if (hasCrossEntropy(settings)) {
        crossEntropy += crossEntropyOf(found, wanted, settings, 'sum').item();
      }
    });
  }
  return scope(() => {
    const whole = (values: Float64Array) => tensor(values, [1, values.length]);
    const overlap = {
      shared: whole(sums.shared),
      predicted: whole(sums.predicted),
      wanted: whole(sums.wanted),
    };
    const mean = crossEntropy / (mask.length * structures.length);
    const isPlain = !hasCrossEntropy(settings);
    return lossOf(overlap, isPlain ? null : tensor(Float64Array.of(mean), []), settings).item();
  });
}

function zerosOf({ length }: readonly Structure[]): Float64Array {
  return new Float64Array(length);
}

/** Labels `[N, 1, ...]` as 0 and 1 for each structure, `[N, K, ...]`. */
export function onePerStructure(mask: Tensor, structures: readonly Structure[]): Tensor {
  return scope(() => {
    const members = ({ values }: Structure) =>
      values
        .map((value) => mask.eq(value).to({ dtype: 'f32' }))
        .reduce((sum, each) => sum.add(each));
    return cat(structures.map(members), 1);
  });
}
