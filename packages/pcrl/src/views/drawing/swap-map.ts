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
  const voxels = patch.reduce((product, side) => product * side, 1);
  const first = new Int32Array(voxels);
  const second = new Int32Array(voxels);
  for (const [one, other] of swaps) {
    forEachRun(size, patch, one, (from, at, length) =>
      first.set(map.subarray(from, from + length), at),
    );
    forEachRun(size, patch, other, (from, at, length) =>
      second.set(map.subarray(from, from + length), at),
    );
    forEachRun(size, patch, other, (to, at, length) =>
      map.set(first.subarray(at, at + length), to),
    );
    forEachRun(size, patch, one, (to, at, length) => map.set(second.subarray(at, at + length), to));
  }
}

/** Visits a patch's runs along z: index in the view, index in the patch, length. */
function forEachRun(
  size: readonly number[],
  patch: readonly number[],
  corner: readonly number[],
  visit: (inView: number, inPatch: number, length: number) => void,
): void {
  const [, height, depth] = size as [number, number, number];
  const [rows, columns, length] = patch as [number, number, number];
  const [x0, y0, z0] = corner as [number, number, number];
  for (let x = 0; x < rows; x++) {
    for (let y = 0; y < columns; y++) {
      visit(((x0 + x) * height + y0 + y) * depth + z0, (x * columns + y) * length, length);
    }
  }
}
