/**
 * pcrl: self-supervised pre-training for medical images, in 2D and 3D, as a library.
 *
 * @packageDocumentation
 */

export {
  type Case,
  type Dataset,
  openDataset,
  type Problem,
  type Split,
} from './datasets/index.js';
export * from './errors.js';
export { type Comparison, compare } from './evaluation/compare.js';
export {
  type Image,
  type ImageHeader,
  listSeries,
  readImage,
  readImageHeader,
  type SeriesListing,
  writeNifti,
} from './images/index.js';
export * from './settings/index.js';
export {
  type FinetuneResult,
  finetune,
  type PredictRequest,
  type PredictResult,
  predict,
} from './tasks/index.js';
export {
  type PretrainResult,
  type ProgressState,
  pretrain,
  type RunIO,
  silentIO,
} from './training/index.js';
export {
  type RedrawnView,
  readForViews,
  redrawView,
  type ViewImage,
  type ViewRequest,
} from './views/index.js';
export { writeViewsPicture } from './views/picture.js';
