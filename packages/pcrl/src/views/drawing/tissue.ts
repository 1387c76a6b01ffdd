import type { Box } from './box.js';
import { latticeStride, type VoxelGrid, voxelRange } from './voxel-grid.js';

/** -150 HU on the scale from -1000 HU = 0 to 1000 HU = 1. */
export const TISSUE = 0.425;

/** PCRLv2's text drops crops with more air than this. */
const MOST_AIR = 0.85;

/** PCRLv2's code drops crops whose measure of tissue exceeds this share of the crop's voxels. */
const OFFICIAL_LIMIT = 0.15;

/** How far along z the code's test looks for tissue. */
const OFFICIAL_REACH = 3;

/**
 * How far a CT crop is beyond the paper's background rule, which drops crops in which more than 85 %
 * of the voxels are below -150 HU; 0 for a crop that may stay. Large crops are measured on a lattice.
 */
export function excessAir(volume: VoxelGrid, box: Box): number {
  const axes = [0, 1, 2].map((axis) => lattice(...voxelRange(volume, box, axis)));
  const [xs, ys, zs] = axes as [number[], number[], number[]];
  const [, height, depth] = volume.size as [number, number, number];
  let air = 0;
  for (const x of xs) {
    for (const y of ys) {
      const row = (x * height + y) * depth;
      for (const z of zs) if (volume.voxels[row + z]! < TISSUE) air++;
    }
  }
  return Math.max(0, air / (xs.length * ys.length * zs.length) - MOST_AIR);
}

/** A box and the slices after it that the code's test looks at. */
export function withReach({ start, size }: Box, sliceThickness: number): Box {
  const [rows, columns, slices] = size as [number, number, number];
  return { start, size: [rows, columns, slices + OFFICIAL_REACH * sliceThickness] };
}

function lattice(first: number, last: number): number[] {
  const step = latticeStride(last - first + 1);
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
}

/**
 * How far a CT crop is beyond the rule of PCRLv2's released code; 0 for a crop that may stay. The crop
 * and three slices after it are brought to the output size (and three slices). Each voxel counts 1 when
 * it is tissue, 0.5 when the next one along z is, else 0; the sum may be at most 0.15 times the number
 * of voxels of the first crop **before** resizing. The rule thus keeps air and refuses tissue, the
 * opposite of the text.
 *
 * @param output size of the global view, `[X, Y, Z]`
 * @param limitVolume voxels of the first crop of the pair at the target spacing
 * @param sliceThickness voxels of the volume per voxel at the target spacing, along z
 */
export function excessTissue(
  volume: VoxelGrid,
  box: Box,
  output: readonly number[],
  limitVolume: number,
  sliceThickness: number,
): number {
  const [rows, columns, slices] = output as [number, number, number];
  const extended = slices + OFFICIAL_REACH;
  const depth = withReach(box, sliceThickness).size[2]!;
  const xs = nearest(box.start[0]!, box.size[0]!, rows, volume.size[0]!);
  const ys = nearest(box.start[1]!, box.size[1]!, columns, volume.size[1]!);
  const zs = nearest(box.start[2]!, depth, extended, volume.size[2]!);
  const isTissue = new Uint8Array(extended);
  let sum = 0;
  for (const x of xs) {
    for (const y of ys) {
      const row = (x * volume.size[1]! + y) * volume.size[2]!;
      for (let k = 0; k < extended; k++) {
        isTissue[k] = volume.voxels[row + zs[k]!]! >= TISSUE ? 1 : 0;
      }
      for (let k = 0; k < slices; k++) {
        if (isTissue[k]) sum += 1;
        else if (isTissue[k + 1]) sum += 0.5;
      }
    }
  }
  return Math.max(0, sum - OFFICIAL_LIMIT * limitVolume);
}

/** The voxels nearest to the centres of `count` equal parts of an interval. */
function nearest(start: number, length: number, count: number, extent: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) =>
    Math.min(extent - 1, Math.max(0, Math.floor(start + ((i + 0.5) * length) / count))),
  );
}
