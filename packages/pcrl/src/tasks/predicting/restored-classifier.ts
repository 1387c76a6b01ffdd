import { RandomStream } from '@pcrl/torch';
import type { ClassificationSettings } from '../../settings/index.js';
import { ClassificationNetwork, type ClassifyingNetwork } from '../classification-network.js';
import { NeighbourNetwork, neighboursIn } from '../probing/neighbour-network.js';
import type { PredictorRequest } from './predictor.js';

/** A classifier, or what a probe made of one, with the weights of its run, in evaluation mode. */
export function restoredClassifier(
  { model, weights, compute }: PredictorRequest,
  { dimensions, network, probe }: Pick<ClassificationSettings, 'dimensions' | 'network' | 'probe'>,
): ClassifyingNetwork {
  const { width, classes } = model;
  const shape = { dimensions, classes: classes.length, dropout: network.dropout, width };
  const plain = new ClassificationNetwork(shape, new RandomStream(0, 'never kept'));
  const known = neighboursIn(weights);
  const net = known ? new NeighbourNetwork(plain, known, probe.neighbours) : plain;
  net.loadStateDict(weights);
  net.to(compute.device).eval();
  return net;
}
