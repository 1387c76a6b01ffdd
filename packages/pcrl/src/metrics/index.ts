export { auroc } from './auroc.js';
export { type AurocPerClass, aurocPerClass, meanOfDefined } from './auroc-per-class.js';
export { bootstrap, type Estimate } from './bootstrap.js';
export { type DiceOverCases, dice, diceOverCases } from './dice.js';
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
