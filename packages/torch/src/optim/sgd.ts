import { noGrad } from '../autograd.js';
import { call } from '../door.js';
import { keep, scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { clearGradients, type NamedParameters, type Optimiser } from './optimiser.js';

/** PyTorch's SGD without dampening or Nesterov; weight decay acts on every parameter. */
export interface SgdSettings {
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * v = momentum * v + (g + weightDecay * w); w = w - rate * v.
 *
 * A parameter that never had a gradient is left alone. One that had a gradient before and has none in
 * this step counts as having a zero gradient, so momentum and decay go on acting on it: PyTorch does so
 * where gradients are zeroed rather than dropped.
 */
export class SGD implements Optimiser {
  readonly #velocity = new Map<string, Tensor>();

  constructor(
    readonly parameters: NamedParameters,
    readonly settings: SgdSettings,
  ) {}

  step(learningRate: number): void {
    noGrad(() => scope(() => this.#apply(learningRate)));
    clearGradients(this.parameters.values());
  }

  #apply(learningRate: number): void {
    const moving: Tensor[] = [];
    const velocities: Tensor[] = [];
    const pushed: Tensor[] = [];
    const gradients: Tensor[] = [];
    for (const [name, parameter] of this.parameters) {
      const gradient = parameter.grad;
      const velocity = this.#velocityOf(name, parameter, gradient !== null);
      if (!velocity) continue;
      moving.push(parameter);
      velocities.push(velocity);
      if (!gradient) continue;
      pushed.push(velocity);
      gradients.push(gradient);
    }
    if (moving.length === 0) return;
    const { momentum, weightDecay } = this.settings;
    call('aten::_foreach_mul_.Scalar', velocities, momentum);
    if (gradients.length > 0) call('aten::_foreach_add_.List', pushed, gradients, 1);
    if (weightDecay !== 0) call('aten::_foreach_add_.List', velocities, moving, weightDecay);
    call('aten::_foreach_add_.List', moving, velocities, -learningRate);
  }

  #velocityOf(name: string, parameter: Tensor, hasGradient: boolean): Tensor | undefined {
    const known = this.#velocity.get(name);
    if (known || !hasGradient) return known;
    const made = keep(parameter.detach().mul(0));
    this.#velocity.set(name, made);
    return made;
  }

  state(): Map<string, Tensor> {
    return new Map([...this.#velocity].map(([name, tensor]) => [`${name}.momentum`, tensor]));
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    for (const [name, parameter] of this.parameters) {
      const saved = state.get(`${name}.momentum`);
      if (saved) this.#velocityOf(name, parameter, true)?.copy_(saved);
    }
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#velocity.values()) tensor.dispose();
    this.#velocity.clear();
  }
}
