import { type Device, type Tensor, tensor } from '@pcrl/torch';
import type { Box } from '../drawing/box.js';

/**
 * 0 in the holes of each view, 1 elsewhere: `[N, 1, H, W]`, to be multiplied with it.
 *
 * @param holes for each view, in whole pixels inside it
 * @param size `[H, W]`
 */
export function cutoutMask(
  holes: readonly (readonly Box[])[],
  size: readonly number[],
  device: Device,
): Tensor {
  const [height, width] = size as [number, number];
  const mask = new Float32Array(holes.length * height * width).fill(1);
  holes.forEach((boxes, view) => {
    for (const { start, size: hole } of boxes) {
      const first = (view * height + start[0]!) * width + start[1]!;
      for (let row = 0; row < hole[0]!; row++) {
        mask.fill(0, first + row * width, first + row * width + hole[1]!);
      }
    }
  });
  return tensor(mask, [holes.length, 1, height, width], { device });
}
