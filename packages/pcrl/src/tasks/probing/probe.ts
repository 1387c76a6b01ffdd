import { type Linear, noGrad, scope, tensor } from '@pcrl/torch';
import type { Case } from '../../datasets/index.js';
import type { ClassificationSettings } from '../../settings/index.js';
import type { TaskNetwork } from '../task.js';
import { type FeatureRequest, featuresOf } from './features.js';
import { type LinearProbe, linearProbe } from './linear-probe.js';
import { NeighbourNetwork, type Neighbours, neighboursOf } from './neighbour-network.js';

/** How a probe came out. */
export interface Probed {
  /** Predicts as any network of the task does; owns the one it was made from. */
  readonly network: TaskNetwork;
  readonly facts: { readonly penalty: number } | { readonly neighbours: number };
}

/** How an encoder is probed. */
export type ProbeSettings = ClassificationSettings['probe'];

/** What a probe learns from. */
export interface ProbeRequest extends FeatureRequest {
  readonly settings: ProbeSettings;
  readonly labelled: readonly Case[];
  readonly validation: readonly Case[];
}

/**
 * Learns the labels from the features of an encoder that stays as it came: logistic regression (of numbers,
 * ridge regression) or nearest neighbours. Training images are not changed at random.
 *
 * @returns undefined when it was interrupted; nothing is worth saving then
 */
export async function probe(request: ProbeRequest): Promise<Probed | undefined> {
  const { settings, network } = request;
  const labelled = await featuresOf(request, request.labelled);
  if (!labelled) return undefined;
  if (settings.kind === 'knn') {
    const all = labelled.rows.length;
    const neighbours = Math.min(settings.neighbours, all);
    const known = neighboursOf(labelled.rows, labelled.labels);
    const find = request.task.neighbourProbe ?? votes;
    const made = find(network, known, neighbours);
    return { network: made.to(network.parameters()[0]!.device), facts: { neighbours } };
  }
  const needsValidation = settings.penalty === 'auto';
  const validation = await featuresOf(request, needsValidation ? request.validation : []);
  if (!validation) return undefined;
  const find = request.task.linearProbe ?? linearProbe;
  const found = find(labelled, validation, settings.penalty);
  if (network.head) putIn(network.head, found, labelled.width);
  return { network, facts: { penalty: found.penalty } };
}

function votes(network: TaskNetwork, neighbours: Neighbours, count: number): TaskNetwork {
  return new NeighbourNetwork(network, neighbours, count);
}

function putIn(head: Linear, { classifiers }: LinearProbe, width: number): void {
  const weights = Float32Array.from(classifiers.flatMap((each) => Array.from(each.weights)));
  const biases = Float32Array.from(classifiers, ({ bias }) => bias);
  noGrad(() =>
    scope(() => {
      head.weight.copy_(tensor(weights, [classifiers.length, width]));
      head.bias.copy_(tensor(biases, [classifiers.length]));
    }),
  );
}
