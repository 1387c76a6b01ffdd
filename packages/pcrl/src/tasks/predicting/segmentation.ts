import { pictureSegmentationPredictor } from './picture-segmentation.js';
import type { Predictor, PredictorRequest } from './predictor.js';
import { volumeSegmentationPredictor } from './volume-segmentation.js';

/** Masks on the grids of the files, and how large each structure is. */
export function segmentationPredictor(request: PredictorRequest): Predictor {
  return request.model.settings.dimensions === 2
    ? pictureSegmentationPredictor(request)
    : volumeSegmentationPredictor(request);
}
