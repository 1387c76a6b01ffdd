import { EvaluationError } from '../errors.js';

/** Mean and spread of a few repeats, one a seed. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation (n - 1); `undefined` for a single repeat. */
  readonly deviation: number | undefined;
  readonly count: number;
}

/**
 * Mean and standard deviation over repeats.
 *
 * @throws EvaluationError without values
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) {
    throw new EvaluationError('there is no repeat to average', 'Give at least one value.');
  }
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, deviation: undefined, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/**
 * Percentile with linear interpolation between neighbours (method 7 of Hyndman and Fan 1996,
 * numpy's default).
 *
 * @param sorted rising values, at least one
 * @param percent 0 to 100
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const at = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}
