import { type Plane, type Window, windowOf } from './plane.js';

/** What is darker than this share of the range is background. */
const BACKGROUND = 0.05;
/** How far in from each side of the body its inner part begins. */
const MARGIN = 0.25;

/** White lies so much higher than what is bright inside: what is brighter still has some greys left. */
const HEADROOM = 1.25;

/**
 * A window for a slice of a body whose values have no scale (MR): black as {@link windowOf} has it, and white by what
 * is bright in the inner part. The fat of a scalp outshines the brain and would leave it dark.
 */
export function bodyWindow(plane: Plane): Window {
  const whole = windowOf(plane.values);
  const { low } = whole;
  const inside = windowOf(innerPart(plane, low + BACKGROUND * (whole.high - low)));
  if (!(inside.high > low)) return whole;
  return { low, high: Math.min(low + HEADROOM * (inside.high - low), whole.high) };
}

/** The values in the middle of the box around everything above a threshold. */
function innerPart({ width, height, values }: Plane, threshold: number): Float32Array {
  let [left, right, top, bottom] = [width, -1, height, -1];
  values.forEach((value, i) => {
    if (value <= threshold) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  const [across, down] = [MARGIN * (right + 1 - left), MARGIN * (bottom + 1 - top)];
  return values.filter((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left + across && x <= right - across && y >= top + down && y <= bottom - down;
  });
}
