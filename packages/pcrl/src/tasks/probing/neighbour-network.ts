import { callMany, globalAveragePool, scope, type Tensor, tensor } from '@pcrl/torch';
import { ClassifyingNetwork } from '../classification-network.js';
import type { TaskNetwork } from '../task.js';

/** Labelled cases that a probe remembers. */
export interface Neighbours {
  /** `[M, D]`, each row of length 1. */
  readonly features: Tensor;
  /** `[M, classes]`: 1, 0, or NaN where a label is not known. */
  readonly labels: Tensor;
}

/** Weight of a neighbour: `exp(cosine / 0.07)` (Wu et al. 2018, as in DINO's evaluation). */
const TEMPERATURE = 0.07;
/** Keeps the logit of a unanimous vote finite. */
const SURE = 1e-7;

/**
 * Nearest neighbours by the cosine of the encoder's features: the score of a class is the share of the
 * weights of those neighbours that have it, among those of which it is known.
 */
export class NeighbourNetwork extends ClassifyingNetwork {
  readonly encoder: TaskNetwork['encoder'];
  readonly #features: Tensor;
  readonly #labels: Tensor;

  constructor(
    network: TaskNetwork,
    { features, labels }: Neighbours,
    readonly neighbours: number,
  ) {
    super();
    this.child('', network);
    this.encoder = network.encoder;
    this.#features = this.buffer('neighbours.features', features);
    this.#labels = this.buffer('neighbours.labels', labels);
  }

  /** Logits `[N, classes]` of the votes. */
  logitsFrom(map: Tensor): Tensor {
    return scope(() => this.answerOf(this.#meanLabels(map)));
  }

  /** Output of the neighbours' weighted mean label, NaN where none is known. */
  protected answerOf(mean: Tensor): Tensor {
    const share = mean.where(mean.eq(mean), 0.5).clamp(SURE, 1 - SURE);
    return share.div(share.neg().add(1)).log();
  }

  #meanLabels(map: Tensor): Tensor {
    return scope(() => {
      const features = normalised(globalAveragePool(map));
      const [cosines, nearest] = this.#nearest(features);
      const [cases, voters] = cosines.shape as [number, number];
      const weights = cosines.sub(1).div(TEMPERATURE).exp().unsqueeze(2);
      const votes = this.#labels
        .indexSelect(0, nearest.reshape([cases * voters]))
        .reshape([cases, voters, -1]);
      const known = votes.eq(votes);
      const counted = weights.mul(known.to({ dtype: 'f32' }));
      const inFavour = counted.mul(votes.where(known, 0)).sum(1);
      return inFavour.div(counted.sum(1));
    });
  }

  #nearest(features: Tensor): readonly [Tensor, Tensor] {
    const cosines = features.matmul(this.#features.transpose(0, 1));
    const count = Math.min(this.neighbours, this.#features.dimension(0));
    return callMany('aten::topk', cosines, count) as readonly [Tensor, Tensor];
  }
}

/** What a network of neighbours remembers, among its weights; undefined where they are another network's. */
export function neighboursIn(weights: ReadonlyMap<string, Tensor>): Neighbours | undefined {
  const [features, labels] = ['features', 'labels'].map((name) =>
    weights.get(`neighbours.${name}`),
  );
  return features && labels ? { features, labels } : undefined;
}

/** What a network of neighbours remembers, from rows of features and labels. */
export function neighboursOf(
  rows: readonly Float32Array[],
  labels: readonly (readonly number[])[],
): Neighbours {
  const flat = (values: readonly ArrayLike<number>[]) =>
    tensor(Float32Array.from(values.flatMap((row) => Array.from(row))), [
      values.length,
      values[0]?.length ?? 0,
    ]);
  return scope(() => ({ features: normalised(flat(rows)), labels: flat(labels) }));
}

function normalised(features: Tensor): Tensor {
  return features.div(features.norm([1], true).clamp(1e-12));
}
