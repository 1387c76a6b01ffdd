import { interpolate, scope, type Tensor } from '@pcrl/torch';
import type { Structure } from './structures.js';

/** A voxel belongs to a structure that is likelier than not. */
const THRESHOLD = 0.5;

/**
 * The label of each voxel of a grid, from probabilities `[1, K, X, Y, Z]` on another grid of the same
 * volume. Probabilities are interpolated linearly; of the structures above 0.5 a voxel gets the innermost (the
 * one with the fewest values), and among equals the likeliest.
 *
 * Slice by slice along X: memory is the map, a byte a voxel, and one slice of probabilities.
 *
 * @param size of the map; half-voxel centres, as in `interpolate`
 * @returns `[X, Y, Z]` row-major, 0 where no structure is likely
 */
export function labelMap(
  probabilities: Tensor,
  structures: readonly Structure[],
  size: readonly number[],
): Uint8Array {
  const [sides, ...inSlice] = size as [number, number, number];
  const voxels = inSlice[0]! * inSlice[1]!;
  const map = new Uint8Array(sides * voxels);
  for (let x = 0; x < sides; x++) {
    const slice = scope(() => sliceOf(probabilities, x, size).data() as Float32Array);
    markInnermost(slice, structures, map.subarray(x * voxels, (x + 1) * voxels));
  }
  return map;
}

/** Slice `x` of the probabilities resized to `size`, `[1, K, 1, Y, Z]`. */
function sliceOf(probabilities: Tensor, x: number, size: readonly number[]): Tensor {
  const [from, ...inSlice] = probabilities.shape.slice(2);
  const slice = blendedSlice(probabilities, ((x + 0.5) * from!) / size[0]! - 0.5);
  if (inSlice.every((side, axis) => side === size[axis + 1])) return slice.contiguous();
  return interpolate(slice, { size: [1, ...size.slice(1)] }, 'linear').contiguous();
}

function blendedSlice(probabilities: Tensor, place: number): Tensor {
  const last = probabilities.dimension(2) - 1;
  const inside = Math.min(Math.max(place, 0), last);
  const lower = Math.floor(inside);
  const share = inside - lower;
  const slice = probabilities.narrow(2, lower, 1);
  if (share === 0) return slice;
  return slice.mul(1 - share).add(probabilities.narrow(2, lower + 1, 1).mul(share));
}

function markInnermost(
  probabilities: Float32Array,
  structures: readonly Structure[],
  map: Uint8Array,
): void {
  for (let i = 0; i < map.length; i++) {
    let values = Number.POSITIVE_INFINITY;
    let best = 0;
    for (let k = 0; k < structures.length; k++) {
      const structure = structures[k]!;
      const probability = probabilities[k * map.length + i]!;
      const count = structure.values.length;
      if (probability <= THRESHOLD || count > values) continue;
      if (count === values && probability <= best) continue;
      values = count;
      best = probability;
      map[i] = structure.label;
    }
  }
}
