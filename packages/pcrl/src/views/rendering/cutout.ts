import { type Device, type Tensor, tensor } from '@pcrl/torch';
import type { Box } from '../drawing/box.js';

/**
 * 0 in the holes of each view, 1 elsewhere: `[N, 1, H, W]`. A hole is the product of a range of rows
 * and a range of columns.
 *
 * @param holes for each view; as many for each, at least one
 */
export function cutoutMask(
  holes: readonly (readonly Box[])[],
  size: readonly number[],
  device: Device,
): Tensor {
  const masks = holes[0]!.map((_, hole) => {
    const boxes = holes.map((of) => of[hole]!);
    const rows = indicators(boxes, 0, size[0]!, device).reshape([-1, 1, size[0]!, 1]);
    const columns = indicators(boxes, 1, size[1]!, device).reshape([-1, 1, 1, size[1]!]);
    return rows.mul(columns).neg().add_(1);
  });
  return masks.reduce((all, mask) => all.mul_(mask));
}

function indicators(boxes: readonly Box[], axis: number, side: number, device: Device): Tensor {
  const values = new Float32Array(boxes.length * side);
  boxes.forEach(({ start, size }, item) => {
    const from = item * side + start[axis]!;
    values.fill(1, from, from + size[axis]!);
  });
  return tensor(values, [boxes.length, side], { device });
}
