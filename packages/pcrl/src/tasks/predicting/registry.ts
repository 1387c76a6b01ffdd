import { loadTensors, noGrad, scope } from '@pcrl/torch';
import type { FinetuneSettings } from '../../settings/index.js';
import type { Compute } from '../../training/device.js';
import { classificationPredictor } from './classification.js';
import { detectionPredictor } from './detection.js';
import type { FinetunedModel } from './model.js';
import type { Predictor, PredictorRequest } from './predictor.js';
import { regressionPredictor } from './regression.js';
import { segmentationPredictor } from './segmentation.js';

/** How each task's networks predict. */
const predictors: {
  readonly [Name in FinetuneSettings['task']]: (request: PredictorRequest) => Predictor;
} = {
  classification: classificationPredictor,
  regression: regressionPredictor,
  segmentation: segmentationPredictor,
  detection: detectionPredictor,
};

/** Loads a fine-tuned network. @throws {StateDictError} the file does not fit the settings */
export function openPredictor(model: FinetunedModel, compute: Compute): Predictor {
  return scope(() =>
    noGrad(() => {
      const weights = loadTensors(model.weights).tensors;
      return predictors[model.settings.task]({ model, weights, compute });
    }),
  );
}
