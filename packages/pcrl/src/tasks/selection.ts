import { keep, noGrad, type Tensor } from '@pcrl/torch';
import type { FinetuneSettings } from '../settings/index.js';
import type { Evaluation } from './evaluate.js';
import type { TaskNetwork } from './task.js';

/** A validation, and after how many steps it was made. */
export interface Validation extends Evaluation {
  readonly step: number;
  readonly epoch: number;
}

/** Keeps the weights of the best validation. */
export class Selection implements Disposable {
  #best: Validation | undefined;
  #weights: Map<string, Tensor> | undefined;

  constructor(readonly by: FinetuneSettings['select']) {}

  /** The best validation so far; undefined when weights are not chosen by validation. */
  get best(): Validation | undefined {
    return this.#best;
  }

  /** The weights that go with it. */
  get weights(): ReadonlyMap<string, Tensor> | undefined {
    return this.#weights;
  }

  /** Copies the network's weights if this validation is the best so far. */
  consider(validation: Validation, network: TaskNetwork): void {
    if (!this.#isBetter(validation)) return;
    this.#best = validation;
    const weights = this.#weights;
    if (!weights) {
      this.#weights = copied(network.stateDict());
      return;
    }
    noGrad(() => {
      for (const [name, tensor] of network.stateDict()) weights.get(name)?.copy_(tensor);
    });
  }

  /** Takes up where an interrupted run was: its validations, and the weights that it kept. */
  restore(validations: readonly Validation[], weights: ReadonlyMap<string, Tensor>): void {
    if (weights.size === 0) return;
    for (const validation of validations) {
      if (this.#isBetter(validation)) this.#best = validation;
    }
    this.#weights = copied(weights);
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#weights?.values() ?? []) tensor.dispose();
  }

  /** A later one has to be strictly better; a score that cannot be computed is worse than any. */
  #isBetter(validation: Validation): boolean {
    if (this.by === 'last') return false;
    if (!this.#best) return true;
    if (this.by === 'loss') return validation.loss < this.#best.loss;
    return scoreOf(validation) > scoreOf(this.#best);
  }
}

function scoreOf({ mean }: Validation): number {
  return mean ?? Number.NEGATIVE_INFINITY;
}

function copied(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return noGrad(() => new Map([...tensors].map(([name, tensor]) => [name, keep(tensor.clone())])));
}
