import { RandomStream } from '@pcrl/torch';
import type { RegressionSettings } from '../../settings/index.js';
import { neighboursIn } from '../probing/neighbour-network.js';
import { NeighbourNumbers } from '../probing/neighbour-numbers.js';
import { RegressionNetwork } from '../regression-network.js';
import type { Predictor, PredictorRequest } from './predictor.js';
import { wholeImagePredictor } from './whole-image.js';

/** The number that a network was fine-tuned to predict, in its own unit. */
export function regressionPredictor(request: PredictorRequest): Predictor {
  const { model, weights, compute } = request;
  // The registry asks for settings of this task alone.
  const settings = model.settings as RegressionSettings;
  const { dimensions, network } = settings;
  const shape = { dimensions, dropout: network.dropout, width: model.width };
  const plain = new RegressionNetwork(shape, new RandomStream(0, 'never kept'));
  const known = neighboursIn(weights);
  const net = known ? new NeighbourNumbers(plain, known, settings.probe.neighbours) : plain;
  net.loadStateDict(weights);
  net.to(compute.device).eval();
  const answer = plain.values.bind(plain);
  return wholeImagePredictor(request, { net, settings, quantity: 'value', answer });
}
