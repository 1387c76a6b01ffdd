import type { Box } from '../views/drawing/box.js';

/** How a whole volume is predicted. */
export interface WindowPlan {
  /** The volume, padded at its ends to multiples of 8 where it is smaller than a window. */
  readonly extent: readonly number[];
  /** Boxes of one size that cover `extent`. */
  readonly windows: readonly Box[];
}

/** The network halves its input three times. */
const MULTIPLE = 8;
/** A volume of up to so many windows is predicted in one go: overlaps would cost more than that. */
const WINDOWS_IN_ONE_GO = 4;

/**
 * Windows over a volume: one around all of it (padded no further than it needs) where it is not much
 * larger than a window, else several at even distances that overlap by at least `overlap`.
 */
export function planWindows(
  volume: readonly number[],
  window: readonly number[],
  overlap: number,
): WindowPlan {
  const whole = volume.map(multipleAbove);
  const fits = voxelsIn(whole) <= WINDOWS_IN_ONE_GO * voxelsIn(window);
  const size = fits ? whole : whole.map((side, axis) => Math.min(side, window[axis]!));
  const extent = volume.map((side, axis) => Math.max(side, size[axis]!));
  const starts = extent.map((side, axis) => startsAlong(side, size[axis]!, overlap));
  const corners = starts.reduce<number[][]>(
    (found, along) => found.flatMap((corner) => along.map((start) => [...corner, start])),
    [[]],
  );
  return { extent, windows: corners.map((start) => ({ start, size })) };
}

/** The next multiple of 8. */
export function multipleAbove(side: number): number {
  return Math.ceil(side / MULTIPLE) * MULTIPLE;
}

function voxelsIn(size: readonly number[]): number {
  return size.reduce((product, side) => product * side, 1);
}

function startsAlong(side: number, window: number, overlap: number): number[] {
  const spare = side - window;
  const steps = Math.ceil(spare / Math.max(1, Math.floor(window * (1 - overlap))));
  return Array.from({ length: steps + 1 }, (_, i) =>
    steps === 0 ? 0 : Math.round((i * spare) / steps),
  );
}
