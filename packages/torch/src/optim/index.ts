export { Adam, type AdamSettings } from './adam.js';
export {
  clearGradients,
  clipGradientNorm,
  gradientNorm,
  type NamedParameters,
  type Optimiser,
} from './optimiser.js';
export { cosineRate, halvingRate, warmup } from './schedule.js';
export { SGD, type SgdSettings } from './sgd.js';
