import type { RandomStream } from '@pcrl/torch';
import { EvaluationError } from '../errors.js';
import { numberPatients } from './patients.js';
import { percentile } from './spread.js';
import type { Statistic } from './statistic.js';

/** A figure with its 95 % interval. */
export interface Estimate {
  /** On the cases as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /**
   * Two-sided p of the hypothesis that the figure is 0, from the same resamples: twice the share of them
   * on the far side of 0 (or on it), one resample added (Davison and Hinkley 1997, section 4.2), and never
   * below what so few patients can show ({@link smallestP}). Means something for a difference only.
   */
  readonly pOfZero: number;
  readonly patients: number;
  /** Resamples in which the figure could not be computed (a class was absent); left out. */
  readonly undefinedResamples: number;
}

const defaultResamples = 2000;
/** What two ways of computing the same figure may differ by: such a difference is 0. */
const ROUNDING = 1e-12;

/**
 * The smallest two-sided p that a paired test on so many patients can give: that of all of them changing in
 * one direction, when either direction is as likely for each (Fisher's randomisation test), 2 / 2^n. The
 * bootstrap alone would call two patients that both gain significant.
 */
export function smallestP(patients: number): number {
  return 2 ** (1 - patients);
}

/**
 * 95 % percentile interval of a statistic over patients (Efron 1979): draws as many patients as
 * there are, with replacement and with all their cases, and takes the 2.5 and 97.5 percentiles.
 *
 * Two methods are compared by handing over `differenceOf(a, b)`: both are then computed on the same
 * resamples (a paired bootstrap).
 *
 * @param patients patient of each case; for one case a patient, any different names
 * @param random where the resamples come from; the same stream gives the same interval
 * @returns `undefined` when the statistic has no value on the cases as they are
 * @throws EvaluationError without cases
 */
export function bootstrap(
  statistic: Statistic,
  patients: readonly string[],
  random: RandomStream,
  resamples = defaultResamples,
): Estimate | undefined {
  if (patients.length === 0) {
    throw new EvaluationError('there is no case to resample', 'Give at least one case.');
  }
  const value = statistic(new Float64Array(patients.length).fill(1));
  if (value === undefined) return undefined;
  const { count, of } = numberPatients(patients);
  const timesDrawn = new Float64Array(count);
  const weights = new Float64Array(patients.length);
  const values = new Float64Array(resamples);
  let defined = 0;
  for (let b = 0; b < resamples; b++) {
    timesDrawn.fill(0);
    for (let n = 0; n < count; n++) {
      const patient = random.integer(count);
      timesDrawn[patient] = timesDrawn[patient]! + 1;
    }
    for (let i = 0; i < weights.length; i++) weights[i] = timesDrawn[of[i]!]!;
    const resampled = statistic(weights);
    if (resampled !== undefined) values[defined++] = resampled;
  }
  const sorted = values.subarray(0, defined).sort();
  const atMost = sorted.filter((resampled) => resampled <= ROUNDING).length;
  const atLeast = sorted.filter((resampled) => resampled >= -ROUNDING).length;
  const pOfResamples = (2 * (Math.min(atMost, atLeast) + 1)) / (defined + 1);
  return {
    value,
    patients: count,
    low: defined === 0 ? value : percentile(sorted, 2.5),
    high: defined === 0 ? value : percentile(sorted, 97.5),
    pOfZero: Math.min(1, Math.max(smallestP(count), pOfResamples)),
    undefinedResamples: resamples - defined,
  };
}
