import { EvaluationError } from '../errors.js';
import { meanOfDefined } from './auroc-per-class.js';
import { rocCurve } from './roc-curve.js';

/** A place in a scan, in millimetres. */
export interface Place {
  readonly position: readonly [number, number, number];
}

/** A finding: whatever lies nearer to its centre than its radius hits it. */
export interface Finding extends Place {
  /** In millimetres; 10 where it is not known, as LUNA16 has it. */
  readonly diameter?: number;
}

/** What was found in a scan, and what was there. */
export interface DetectedScan {
  readonly candidates: readonly (Place & { readonly score: number })[];
  readonly nodules: readonly Finding[];
  /** Findings that count neither for nor against a detector. */
  readonly irrelevant?: readonly Finding[];
}

/** Free-response ROC. */
export interface Froc {
  /** Sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives a scan. */
  readonly sensitivities: readonly number[];
  /** Their mean: LUNA16's score (CPM). */
  readonly score: number;
  /** The curve, by falling threshold. */
  readonly points: readonly { readonly falsePositives: number; readonly sensitivity: number }[];
}

/** False positives a scan at which sensitivity is read. */
export const FALSE_POSITIVE_RATES: readonly number[] = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8];

const UNKNOWN_DIAMETER = 10;
/** Candidates of a scan that count. */
const MOST_CANDIDATES = 100;

/**
 * FROC by the rules of LUNA16's evaluation script: of the candidates that hit a nodule the highest score
 * counts and the others are ignored; candidates that hit an irrelevant finding and no nodule are ignored; all
 * others are false positives. Of a scan with more than 100 candidates, only those above the 101st count.
 * Between two points of the curve sensitivity is linear.
 *
 * @returns `undefined` where no scan has a nodule
 * @throws {EvaluationError} there is no scan, or a score is not finite
 */
export function froc(scans: readonly DetectedScan[]): Froc | undefined {
  if (scans.length === 0) {
    throw new EvaluationError('there is no scan to score', 'Give at least one scan.');
  }
  const outcomes = scans.map(outcomeOf);
  const hits = outcomes.flatMap(({ hit }) => hit);
  const falseAlarms = outcomes.flatMap((outcome) => outcome.falseAlarms);
  const nodules = scans.reduce((sum, scan) => sum + scan.nodules.length, 0);
  if (nodules === 0) return undefined;
  const points = curveOf(hits, falseAlarms, { nodules, scans: scans.length });
  const sensitivities = FALSE_POSITIVE_RATES.map((rate) => sensitivityAt(points, rate));
  return { points, sensitivities, score: meanOfDefined(sensitivities)! };
}

function outcomeOf({ candidates, nodules, irrelevant = [] }: DetectedScan) {
  const counted = mostSuspicious(candidates);
  const left = new Set(counted);
  const hit = nodules.flatMap((nodule) => {
    const within = counted.filter((candidate) => hits(candidate, nodule));
    for (const candidate of within) left.delete(candidate);
    return within.length > 0 ? [Math.max(...within.map(({ score }) => score))] : [];
  });
  const falseAlarms = [...left].filter((candidate) => !irrelevant.some((f) => hits(candidate, f)));
  return { hit, falseAlarms: falseAlarms.map(({ score }) => score) };
}

function mostSuspicious(candidates: DetectedScan['candidates']): DetectedScan['candidates'] {
  if (candidates.length <= MOST_CANDIDATES) return candidates;
  const scores = candidates.map(({ score }) => score).sort((a, b) => b - a);
  return candidates.filter(({ score }) => score > scores[MOST_CANDIDATES]!);
}

function hits({ position }: Place, { position: centre, diameter = UNKNOWN_DIAMETER }: Finding) {
  const squared = position.reduce((sum, at, axis) => sum + (at - centre[axis]!) ** 2, 0);
  return squared < (diameter / 2) ** 2;
}

function curveOf(
  hit: readonly number[],
  falseAlarms: readonly number[],
  { nodules, scans }: { readonly nodules: number; readonly scans: number },
): Froc['points'] {
  const start = { falsePositives: 0, sensitivity: 0 };
  if (hit.length === 0) {
    return [start, { falsePositives: falseAlarms.length / scans, sensitivity: 0 }];
  }
  if (falseAlarms.length === 0) {
    return [start, { falsePositives: 0, sensitivity: hit.length / nodules }];
  }
  const labels = [...hit.map(() => 1), ...falseAlarms.map(() => 0)];
  return rocCurve([...hit, ...falseAlarms], labels).map((point) => ({
    falsePositives: (point.falsePositiveRate * falseAlarms.length) / scans,
    sensitivity: (point.truePositiveRate * hit.length) / nodules,
  }));
}

/** Linear between points; where the curve is vertical its upper end; beyond its end the last value. */
function sensitivityAt(points: Froc['points'], rate: number): number {
  const after = points.findIndex(({ falsePositives }) => falsePositives > rate);
  if (after < 0) return points.at(-1)!.sensitivity;
  const [low, high] = [points[after - 1]!, points[after]!];
  const share = (rate - low.falsePositives) / (high.falsePositives - low.falsePositives);
  return low.sensitivity + share * (high.sensitivity - low.sensitivity);
}
