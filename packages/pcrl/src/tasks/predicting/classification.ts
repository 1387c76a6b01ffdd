import type { ClassificationSettings } from '../../settings/index.js';
import { outputsOf } from '../classification.js';
import type { Predictor, PredictorRequest } from './predictor.js';
import { restoredClassifier } from './restored-classifier.js';
import { wholeImagePredictor } from './whole-image.js';

/** A score for each class. */
export function classificationPredictor(request: PredictorRequest): Predictor {
  // The registry asks for settings of this task alone.
  const settings = request.model.settings as ClassificationSettings;
  const net = restoredClassifier(request, settings);
  const { scores } = outputsOf(settings, request.model.exclusive);
  return wholeImagePredictor(request, { net, settings, quantity: 'score', answer: scores });
}
