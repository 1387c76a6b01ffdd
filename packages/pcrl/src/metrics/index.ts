export { auroc } from './auroc.js';
export { type AurocPerClass, aurocPerClass, meanOfDefined } from './auroc-per-class.js';
export { bootstrap, type Estimate, smallestP } from './bootstrap.js';
export { type DiceOverCases, dice, diceOverCases } from './dice.js';
export { type DetectedScan, FALSE_POSITIVE_RATES, type Finding, type Froc, froc } from './froc.js';
export { hausdorff95, type MaskGrid } from './hausdorff.js';
export { holm } from './holm.js';
export { meanAbsoluteError, rSquared, rSquaredStatistic, spearman } from './regression.js';
export { type RocPoint, rocCurve } from './roc-curve.js';
export { type Spread, spreadOf } from './spread.js';
export {
  aurocStatistic,
  averageOf,
  differenceOf,
  meanAurocStatistic,
  meanStatistic,
  type Statistic,
} from './statistic.js';
