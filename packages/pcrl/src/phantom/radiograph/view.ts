import type { Point } from '../geometry.js';
import type { Pose } from '../pose.js';

/** From where a chest is X-rayed. Rays run in parallel, from back to front or from side to side. */
export type Projection = 'PA' | 'AP' | 'LATERAL';

/** A square film upright in front of a posed patient. */
export interface View {
  readonly projection: Projection;
  /** Millimetres along a side of the film, and pixels. */
  readonly field: number;
  readonly side: number;
  readonly pose: Pose;
}

/** The world's axis that runs across the film: the patient's right or front is on its left. */
export function acrossAxis({ projection }: Pick<View, 'projection'>): 0 | 1 {
  return projection === 'LATERAL' ? 1 : 0;
}

/** The world's axis along which the rays run. */
export function depthAxis({ projection }: Pick<View, 'projection'>): 0 | 1 {
  return projection === 'LATERAL' ? 0 : 1;
}

/** Millimetres of a pixel. */
export function pixelSize({ field, side }: View): number {
  return field / side;
}

/** Where a world point falls on the film: pixels from its upper left corner, not rounded. */
export function onFilm(view: View, world: Point): readonly [number, number] {
  const size = pixelSize(view);
  return [
    (0.5 * view.field - world[acrossAxis(view)]) / size - 0.5,
    (0.5 * view.field - world[2]) / size - 0.5,
  ];
}
