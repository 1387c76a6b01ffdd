import type { SwapOfPatches } from './plan.js';

/**
 * All swaps of a view as one index map: voxel `i` of the result is voxel `map[i]` of the input. The
 * swaps are done in turn on the indices; where two patches overlap, the second one's voxels are
 * written last, as torchio does.
 *
 * @param map receives the map, as many entries as the view has voxels
 * @param size the view's `[X, Y, Z]`
 */
export function fillSwapMap(
  map: Int32Array,
  swaps: readonly SwapOfPatches[],
  size: readonly number[],
  patch: readonly number[],
): void {
  for (let i = 0; i < map.length; i++) map[i] = i;
  const offsets = patchOffsets(size, patch);
  const first = new Int32Array(offsets.length);
  const second = new Int32Array(offsets.length);
  for (const [one, other] of swaps) {
    const p = indexOf(one, size);
    const q = indexOf(other, size);
    for (let i = 0; i < offsets.length; i++) {
      first[i] = map[p + offsets[i]!]!;
      second[i] = map[q + offsets[i]!]!;
    }
    for (let i = 0; i < offsets.length; i++) map[q + offsets[i]!] = first[i]!;
    for (let i = 0; i < offsets.length; i++) map[p + offsets[i]!] = second[i]!;
  }
}

/** Where a patch's voxels lie, counted from its start corner. */
function patchOffsets(size: readonly number[], patch: readonly number[]): Int32Array {
  const range = (length: number) => Array.from({ length }, (_, i) => i);
  const [xs, ys, zs] = patch.map(range) as [number[], number[], number[]];
  return Int32Array.from(
    xs.flatMap((x) => ys.flatMap((y) => zs.map((z) => indexOf([x, y, z], size)))),
  );
}

function indexOf([x, y, z]: readonly number[], [, height, depth]: readonly number[]): number {
  return (x! * height! + y!) * depth! + z!;
}
