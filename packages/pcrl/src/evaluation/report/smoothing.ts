import type { LinePoint, LineSeries } from './line-chart.js';

/** Points drawn of one line at most; more only make the file larger. */
const mostPoints = 300;

/**
 * A noisy curve as a line chart shows it: the exponential moving average in front, the values
 * behind, both thinned to what can be seen. Values that are not finite are left out.
 *
 * @param share of the curve's length over which the average forgets (its time constant)
 */
export function smoothedSeries(
  name: string,
  points: readonly LinePoint[],
  share = 0.03,
): LineSeries {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  return { name, points: thinned(smoothed(finite, share)), behind: thinned(finite) };
}

/** The average of all values before, with weights that fall by e over `share` of the curve. */
function smoothed(points: readonly LinePoint[], share: number): LinePoint[] {
  const keep = Math.exp(-1 / Math.max(1, points.length * share));
  let [sum, weight] = [0, 0];
  return points.map(({ x, y }) => {
    sum = keep * sum + y;
    // Dividing by the weights so far keeps the first values unbiased (as Adam's correction does).
    weight = keep * weight + 1;
    return { x, y: sum / weight };
  });
}

function thinned(points: readonly LinePoint[]): LinePoint[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, at) => at % step === 0 || at === points.length - 1);
}
