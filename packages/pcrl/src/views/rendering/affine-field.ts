import { type Device, type Tensor, tensor } from '@pcrl/torch';
import type { AffineMap } from './affine.js';

/**
 * The map's rows over every voxel of a view, for several maps at once: `[maps, ...size, rows]`. An affine
 * map is a sum of one vector per axis, so the field is made by broadcast additions.
 */
export function affineField(
  maps: readonly AffineMap[],
  size: readonly number[],
  rows: readonly number[],
  device: Device,
): Tensor {
  const terms = size.map((_, axis) => axisTerm(maps, size, rows, axis, device));
  return terms.reduce((sum, term) => sum.add(term));
}

/** One axis's share, `[maps, 1, ..., size[axis], ..., 1, rows]`; the first axis also has the offset. */
function axisTerm(
  maps: readonly AffineMap[],
  size: readonly number[],
  rows: readonly number[],
  axis: number,
  device: Device,
): Tensor {
  const extent = size[axis]!;
  const values = new Float32Array(maps.length * extent * rows.length);
  let at = 0;
  for (const { matrix, offset } of maps) {
    for (let i = 0; i < extent; i++) {
      const coordinate = (2 * i + 1) / extent - 1;
      for (const row of rows) {
        values[at++] = matrix[row]![axis]! * coordinate + (axis === 0 ? offset[row]! : 0);
      }
    }
  }
  const shape = size.map((side, other) => (other === axis ? side : 1));
  return tensor(values, [maps.length, ...shape, rows.length], { device });
}
