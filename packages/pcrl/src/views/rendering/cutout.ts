import { scope, type Tensor } from '@pcrl/torch';
import type { Box } from '../drawing/box.js';

/**
 * Sets the holes of each view to 0, in place.
 *
 * @param views `[N, C, H, W]`
 * @param holes for each view, in whole pixels inside it
 */
export function cutOut(views: Tensor, holes: readonly (readonly Box[])[]): void {
  holes.forEach((boxes, view) => {
    for (const { start, size } of boxes) {
      const [top, left] = start as [number, number];
      const [height, width] = size as [number, number];
      scope(() => {
        views.select(0, view).narrow(1, top, height).narrow(2, left, width).zero_();
      });
    }
  });
}
