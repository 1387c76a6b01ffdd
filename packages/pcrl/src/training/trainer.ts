import {
  clearGradients,
  clipGradientNorm,
  gradientNorm,
  keep,
  noGrad,
  RandomStream,
  SGD,
  scope,
  stack,
  type Tensor,
} from '@pcrl/torch';
import type { Method, MethodFactory, StepContext } from '../methods/method.js';
import type { PretrainSettings } from '../settings/index.js';
import { renderViews } from '../views/index.js';
import type { PreparedSample } from '../views/prepare.js';
import type { Compute } from './device.js';

/** What one step gave, still on the device. */
export interface StepValues {
  /** The terms of the loss, in the order of their values. */
  readonly parts: readonly string[];
  /** Loss, gradient norm, spread, then the terms: `[3 + parts]`. Whoever reads it frees it. */
  readonly values: Tensor;
}

/** A method under training: its network, its optimiser, and the two halves of a step. */
export class Trainer implements Disposable {
  readonly method: Method;
  readonly #optimiser: SGD;
  readonly #parameters: ReadonlyMap<string, Tensor>;

  constructor(
    readonly settings: PretrainSettings,
    readonly compute: Compute,
    build: MethodFactory<PretrainSettings>,
  ) {
    const random = new RandomStream(settings.seed, 'weights');
    this.method = scope(() => build(settings, random));
    this.method.network.to(compute.device).train();
    this.#parameters = this.method.network.namedParameters();
    const { momentum, weightDecay } = settings.optimiser;
    this.#optimiser = new SGD(this.#parameters, { momentum, weightDecay });
  }

  /** Renders the views, computes the loss and its gradients. The weights stay as they are. */
  gradients(samples: readonly PreparedSample[], context: StepContext): StepValues {
    return scope(() => {
      const views = renderViews(samples, this.settings.views, this.compute.device);
      const loss = this.compute.inPrecision(() => this.method.loss(views, context));
      loss.total.backward();
      const parts = Object.keys(loss.parts);
      const scalars = [loss.total, this.#clipped(), loss.spread, ...Object.values(loss.parts)];
      const values = noGrad(() => stack(scalars.map(asScalar)));
      return { parts, values: keep(values) };
    });
  }

  /** Changes the weights by the gradients, and frees these. */
  update(learningRate: number): void {
    this.#optimiser.step(learningRate);
  }

  /** Frees the gradients without using them. */
  dropGradients(): void {
    clearGradients(this.#parameters.values());
  }

  /** The joint norm of all gradients, which are clipped where the settings say so. */
  #clipped(): Tensor {
    const parameters = [...this.#parameters.values()];
    const { clipGradientNorm: maximum } = this.settings.optimiser;
    return maximum === null ? gradientNorm(parameters) : clipGradientNorm(parameters, maximum);
  }

  /** Everything that a step changes: weights, running statistics, momentum. The live tensors. */
  state(): Map<string, Tensor> {
    const network = [...this.method.network.stateDict()];
    const optimiser = [...this.#optimiser.state()];
    return new Map([
      ...network.map(([name, tensor]) => [`network.${name}`, tensor] as const),
      ...optimiser.map(([name, tensor]) => [`optimiser.${name}`, tensor] as const),
    ]);
  }

  /**
   * Takes over a state that `state()` gave.
   *
   * @throws {StateDictError} it is of another network
   */
  restore(state: ReadonlyMap<string, Tensor>): void {
    const under = (prefix: string) =>
      new Map(
        [...state].flatMap(([name, tensor]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
        ),
      );
    noGrad(() => {
      this.method.network.loadStateDict(under('network.'));
      this.#optimiser.load(under('optimiser.'));
    });
  }

  [Symbol.dispose](): void {
    this.#optimiser[Symbol.dispose]();
    this.method.network.dispose();
  }
}

function asScalar(value: Tensor): Tensor {
  return value.detach().to({ dtype: 'f32' }).reshape([]);
}
