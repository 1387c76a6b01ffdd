export {
  type PhantomCases,
  type PhantomDataset,
  type PhantomDatasetRequest,
  writePhantomDataset,
} from './dataset.js';
export { drawThoraxPhantom, type PhantomRequest, type ThoraxPhantom } from './draw.js';
export { phantomLabelNames, phantomLabels } from './labels.js';
export type { Nodule } from './nodules.js';
