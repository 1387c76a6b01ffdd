import { gridAffine, worldToVoxel } from './geometry.js';
import type { Image, ImageHeader } from './image.js';

/** Place of a volume. */
type Grid = Pick<ImageHeader, 'size' | 'spacing' | 'origin' | 'direction'>;

/** Labels that were brought to another grid. */
export interface LabelsOnGrid {
  /** 0 outside of the volume that they came from. */
  readonly voxels: Float32Array;
  /** Voxels of the grid that lie inside of that volume. */
  readonly inside: number;
}

/**
 * Brings a volume of labels to another grid: each voxel takes the label of the one that its centre lies in, by
 * the places of both in the world.
 *
 * @param labels `[X, Y, Z]`
 * @param grid may be turned against it
 */
export function labelsOnGrid(labels: Image, grid: Grid): LabelsOnGrid {
  const { start, steps } = indexMap(labels, grid);
  const [width, height, depth] = labels.size as [number, number, number];
  const [X, Y, Z] = grid.size as [number, number, number];
  const [ofX, ofY, ofZ] = steps as [Vector, Vector, Vector];
  const voxels = new Float32Array(X * Y * Z);
  let [at, inside] = [0, 0];
  for (let x = 0; x < X; x++) {
    for (let y = 0; y < Y; y++) {
      const [a, b, c] = [0, 1, 2].map((k) => start[k]! + x * ofX[k]! + y * ofY[k]! + 0.5) as Vector;
      for (let z = 0; z < Z; z++, at++) {
        const i = Math.floor(a + z * ofZ[0]);
        const j = Math.floor(b + z * ofZ[1]);
        const k = Math.floor(c + z * ofZ[2]);
        if (i < 0 || j < 0 || k < 0 || i >= width || j >= height || k >= depth) continue;
        voxels[at] = labels.voxels[(i * height + j) * depth + k]!;
        inside++;
      }
    }
  }
  return { voxels, inside };
}

type Vector = [number, number, number];

/** Where the first voxel of a grid lies in a volume, and how far a step along each axis goes there. */
function indexMap(volume: Grid, grid: Grid) {
  const affine = gridAffine(grid);
  const column = (axis: number) => [0, 1, 2].map((row) => affine[row * 4 + axis]!);
  const start = worldToVoxel(volume, grid.origin);
  const steps = [0, 1, 2].map((axis) => {
    const next = worldToVoxel(
      volume,
      column(axis).map((step, row) => grid.origin[row]! + step),
    );
    return next.map((value, k) => value - start[k]!);
  });
  return { start, steps };
}
