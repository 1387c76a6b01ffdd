import { EvaluationError } from '../errors.js';
import { squaredDistances } from './distance-transform.js';
import { percentile } from './spread.js';

/** The grid that two masks lie on. */
export interface MaskGrid {
  /** `[X, Y, Z]` or `[H, W]`; masks are row-major, the last axis fastest. */
  readonly size: readonly number[];
  /** Of a voxel along each axis; distances are in its unit. */
  readonly spacing: readonly number[];
}

/**
 * 95 % Hausdorff distance: of the distances from each surface voxel of one mask to the
 * nearest surface voxel of the other, the 95th percentile; the larger of the two directions (as MONAI has
 * it). A surface voxel has a face (a pixel a side) on a voxel outside the mask, or on the edge of the image.
 *
 * @param label the value that is scored
 * @returns 0 where neither mask has the label, `undefined` where only one has: there is no distance then
 * @throws {EvaluationError} a mask is not of the grid's size
 */
export function hausdorff95(
  prediction: Uint8Array,
  truth: Uint8Array,
  grid: MaskGrid,
  label: number,
): number | undefined {
  for (const mask of [prediction, truth]) checkSize(mask, grid);
  const isFlat = grid.size.length === 2;
  const [size, spacing] = isFlat
    ? [
        [1, ...grid.size],
        [1, ...grid.spacing],
      ]
    : [grid.size, grid.spacing];
  const box = boxAround([prediction, truth], size, label);
  if (!box) return 0;
  const surfaces = [prediction, truth].map((mask) => surfaceIn(mask, size, box, { label, isFlat }));
  if (surfaces.some((surface) => !surface.includes(1))) return undefined;
  const [predicted, wanted] = surfaces as [Uint8Array, Uint8Array];
  const toTruth = distancesFrom(predicted, squaredDistances(wanted, box.size, spacing));
  const toPrediction = distancesFrom(wanted, squaredDistances(predicted, box.size, spacing));
  return Math.max(percentile(toTruth, 95), percentile(toPrediction, 95));
}

interface VoxelBox {
  readonly start: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

function checkSize(mask: Uint8Array, { size }: MaskGrid): void {
  if ((size.length === 3 || size.length === 2) && mask.length === size.reduce((a, b) => a * b, 1))
    return;
  throw new EvaluationError(
    `a mask of ${mask.length} voxels on a grid of ${size.join(' x ')}`,
    'Resample the prediction to the grid of the labelled image before it is scored.',
  );
}

/** The smallest box that holds the label in all masks: no surface lies outside. */
function boxAround(
  masks: readonly Uint8Array[],
  size: readonly number[],
  label: number,
): VoxelBox | undefined {
  const [, sizeY, sizeZ] = size as [number, number, number];
  const low = [Infinity, Infinity, Infinity];
  const high = [-1, -1, -1];
  const widen = (axis: number, at: number) => {
    if (at < low[axis]!) low[axis] = at;
    if (at > high[axis]!) high[axis] = at;
  };
  for (const mask of masks) {
    for (let i = mask.indexOf(label); i >= 0; i = mask.indexOf(label, i + 1)) {
      const row = Math.floor(i / sizeZ);
      widen(0, Math.floor(row / sizeY));
      widen(1, row % sizeY);
      widen(2, i % sizeZ);
    }
  }
  if (high[0]! < 0) return undefined;
  const extent = high.map((end, axis) => end - low[axis]! + 1);
  return {
    start: low as [number, number, number],
    size: extent as [number, number, number],
  };
}

function surfaceIn(
  mask: Uint8Array,
  size: readonly number[],
  box: VoxelBox,
  { label, isFlat }: { readonly label: number; readonly isFlat: boolean },
): Uint8Array {
  const [sizeX, sizeY, sizeZ] = size as [number, number, number];
  const surface = new Uint8Array(box.size[0] * box.size[1] * box.size[2]);
  const isInside = (x: number, y: number, z: number) =>
    x >= 0 &&
    y >= 0 &&
    z >= 0 &&
    x < sizeX &&
    y < sizeY &&
    z < sizeZ &&
    mask[(x * sizeY + y) * sizeZ + z] === label;
  let at = 0;
  for (let i = 0; i < box.size[0]; i++) {
    for (let j = 0; j < box.size[1]; j++) {
      for (let k = 0; k < box.size[2]; k++, at++) {
        const [x, y, z] = [box.start[0] + i, box.start[1] + j, box.start[2] + k];
        if (!isInside(x, y, z)) continue;
        const isBuried =
          (isFlat || (isInside(x - 1, y, z) && isInside(x + 1, y, z))) &&
          isInside(x, y - 1, z) &&
          isInside(x, y + 1, z) &&
          isInside(x, y, z - 1) &&
          isInside(x, y, z + 1);
        if (!isBuried) surface[at] = 1;
      }
    }
  }
  return surface;
}

/** Distances at the voxels of a surface, rising. */
function distancesFrom(surface: Uint8Array, squared: Float64Array): Float64Array {
  const found = squared.filter((_, i) => surface[i] === 1);
  return found.map(Math.sqrt).sort();
}
