import { sharedVoxels } from '../../images/image.js';
import { type Box, boundingBox, boxBetween, endOf } from './box.js';
import type { VoxelGrid } from './voxel-grid.js';
import { type VoxelSource, voxelsNear } from './voxel-source.js';

/** Interpolation at a crop's edge reads its neighbours, where the image has them. */
const NEIGHBOURS = 1;

/** The whole voxels that crops need: the smallest box around them and one voxel more inside the image. */
export function regionAround(boxes: readonly Box[], grid: Pick<VoxelGrid, 'size'>): Box {
  const around = boundingBox(boxes);
  const end = endOf(around);
  const low = around.start.map((value) => {
    const first = Math.floor(value);
    return first < 0 ? first : Math.max(0, first - NEIGHBOURS);
  });
  const high = end.map((value, axis) => {
    const last = Math.ceil(value);
    const extent = grid.size[axis]!;
    return last > extent ? last : Math.min(extent, last + NEIGHBOURS);
  });
  return boxBetween(low, high);
}

/**
 * The voxels of a region in shared memory, so that threads hand them on without a copy. Where the
 * region reaches beyond the image the value is `padding`.
 *
 * @param out gets them, where memory is to be used again
 */
export function cutRegion(
  source: VoxelSource,
  wanted: Box,
  padding: number,
  out: Float32Array = sharedVoxels(wanted.size.reduce((product, side) => product * side, 1)),
): Float32Array {
  const { grid, box: region } = voxelsNear(source, wanted);
  const [slabs, rows, columns] = asVolume(region.size, 1);
  const [depth, height, width] = asVolume(grid.size, 1);
  const [slab0, row0, column0] = asVolume(region.start, 0);
  const from = Math.max(0, column0);
  const to = Math.min(width, column0 + columns);
  const isInside = column0 >= 0 && column0 + columns <= width;
  for (let slab = 0; slab < slabs; slab++) {
    for (let row = 0; row < rows; row++) {
      const [z, y] = [slab + slab0, row + row0];
      const at = (slab * rows + row) * columns;
      const exists = z >= 0 && z < depth && y >= 0 && y < height && to > from;
      if (!exists || !isInside) out.fill(padding, at, at + columns);
      if (!exists) continue;
      const start = (z * height + y) * width;
      out.set(grid.voxels.subarray(start + from, start + to), at + from - column0);
    }
  }
  return out;
}

function asVolume(values: readonly number[], missing: number): [number, number, number] {
  return (values.length === 2 ? [missing, ...values] : values) as [number, number, number];
}
