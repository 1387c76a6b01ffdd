import { interpolate, scope, type Tensor } from '@pcrl/torch';

/** A voxel belongs to its likeliest class where that is likelier than not. */
const THRESHOLD = 0.5;

/**
 * The label of each voxel of a grid, from probabilities `[1, K, X, Y, Z]` on another grid of the same
 * volume. Probabilities are interpolated linearly, then the likeliest class above 0.5 is taken.
 *
 * Slice by slice along X: memory is the map, a byte a voxel, and one slice of probabilities.
 *
 * @param size of the map; half-voxel centres, as in `interpolate`
 * @returns `[X, Y, Z]` row-major, 0 where no class is likely
 */
export function labelMap(
  probabilities: Tensor,
  labels: readonly number[],
  size: readonly number[],
): Uint8Array {
  const [sides, ...inSlice] = size as [number, number, number];
  const voxels = inSlice[0]! * inSlice[1]!;
  const map = new Uint8Array(sides * voxels);
  for (let x = 0; x < sides; x++) {
    const slice = scope(() => sliceOf(probabilities, x, size).data() as Float32Array);
    markLikeliest(slice, labels, map.subarray(x * voxels, (x + 1) * voxels));
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

function markLikeliest(values: Float32Array, labels: readonly number[], map: Uint8Array): void {
  for (let i = 0; i < map.length; i++) {
    let best = THRESHOLD;
    for (let k = 0; k < labels.length; k++) {
      const value = values[k * map.length + i]!;
      if (value <= best) continue;
      best = value;
      map[i] = labels[k]!;
    }
  }
}
