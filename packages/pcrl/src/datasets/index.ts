export {
  type Case,
  type Dataset,
  type Problem,
  patientOf,
  type Split,
  type Use,
} from './dataset.js';
export { type DatasetOptions, openDataset } from './open.js';
export { type LabelBudget, labelledSubset, splitByPatient } from './split.js';
