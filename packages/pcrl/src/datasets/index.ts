export {
  type Case,
  type Dataset,
  type FindingBox,
  type Point,
  type Problem,
  patientOf,
  type Region,
  type Split,
  type Use,
} from './dataset.js';
export { missingClasses } from './label-coverage.js';
export { type DatasetOptions, openDataset } from './open.js';
export { readLabels, readMask } from './read-mask.js';
export { type LabelBudget, labelledSubset, PAPER_SHARES, splitByPatient } from './split.js';
export { type ImagesToPredict, openToPredict } from './to-predict.js';
