import { noGrad } from '../autograd.js';
import { call, callMany } from '../door.js';
import { tensor, zeros } from '../make.js';
import { keep, scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { clearGradients, type NamedParameters, type Optimiser } from './optimiser.js';

/** Kingma and Ba (2015); `decoupled` makes the weight decay that of AdamW. */
export interface AdamSettings {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weightDecay?: number;
  readonly decoupled?: boolean;
}

interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
  /** Steps taken, on the CPU: written when the state is asked for. */
  readonly count: Tensor;
  steps: number;
}

/** Adam, and AdamW with `decoupled`; PyTorch's formulas. A parameter without a gradient is left alone. */
export class Adam implements Optimiser {
  readonly #moments = new Map<string, Moments>();

  constructor(
    readonly parameters: NamedParameters,
    readonly settings: AdamSettings = {},
  ) {}

  step(learningRate: number): void {
    noGrad(() => scope(() => this.#apply(learningRate)));
    clearGradients(this.parameters.values());
  }

  #apply(learningRate: number): void {
    for (const group of this.#groupsByAge().values()) this.#applyTo(group, learningRate);
  }

  /** Parameters that have taken equally many steps share one set of bias corrections. */
  #groupsByAge(): Map<number, [Tensor, Tensor, Moments][]> {
    const groups = new Map<number, [Tensor, Tensor, Moments][]>();
    for (const [name, parameter] of this.parameters) {
      const gradient = parameter.grad;
      if (!gradient) continue;
      const moments = this.#momentsOf(name, parameter);
      moments.steps += 1;
      const group = groups.get(moments.steps) ?? [];
      group.push([parameter, gradient, moments]);
      groups.set(moments.steps, group);
    }
    return groups;
  }

  #applyTo(group: readonly [Tensor, Tensor, Moments][], learningRate: number): void {
    const { betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, decoupled = false } = this.settings;
    const steps = group[0]?.[2].steps ?? 1;
    const parameters = group.map(([parameter]) => parameter);
    const gradients = group.map(([, gradient]) => gradient);
    const first = group.map(([, , moments]) => moments.first);
    const second = group.map(([, , moments]) => moments.second);
    if (weightDecay !== 0) {
      if (decoupled) call('aten::_foreach_mul_.Scalar', parameters, 1 - learningRate * weightDecay);
      else call('aten::_foreach_add_.List', gradients, parameters, weightDecay);
    }
    call('aten::_foreach_mul_.Scalar', first, betas[0]);
    call('aten::_foreach_add_.List', first, gradients, 1 - betas[0]);
    call('aten::_foreach_mul_.Scalar', second, betas[1]);
    call('aten::_foreach_addcmul_.Scalar', second, gradients, gradients, 1 - betas[1]);
    const denominators = callMany('aten::_foreach_sqrt', second);
    call('aten::_foreach_div_.Scalar', denominators, Math.sqrt(1 - betas[1] ** steps));
    call('aten::_foreach_add_.Scalar', denominators, eps);
    const stepSize = learningRate / (1 - betas[0] ** steps);
    call('aten::_foreach_addcdiv_.Scalar', parameters, first, denominators, -stepSize);
  }

  #momentsOf(name: string, parameter: Tensor): Moments {
    const known = this.#moments.get(name);
    if (known) return known;
    const options = { dtype: parameter.dtype, device: parameter.device };
    const empty = () => keep(zeros(parameter.shape, options));
    const count = keep(tensor(BigInt64Array.of(0n), []));
    const made = { first: empty(), second: empty(), count, steps: 0 };
    this.#moments.set(name, made);
    return made;
  }

  state(): Map<string, Tensor> {
    const saved = new Map<string, Tensor>();
    for (const [name, { first, second, count, steps }] of this.#moments) {
      saved.set(`${name}.first_moment`, first);
      saved.set(`${name}.second_moment`, second);
      saved.set(`${name}.steps`, count.fill_(steps));
    }
    return saved;
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    for (const [name, parameter] of this.parameters) {
      const [first, second] = [
        state.get(`${name}.first_moment`),
        state.get(`${name}.second_moment`),
      ];
      if (!first || !second) continue;
      const moments = this.#momentsOf(name, parameter);
      moments.first.copy_(first);
      moments.second.copy_(second);
      moments.steps = state.get(`${name}.steps`)?.item() ?? 0;
    }
  }

  [Symbol.dispose](): void {
    for (const { first, second, count } of this.#moments.values()) {
      first.dispose();
      second.dispose();
      count.dispose();
    }
    this.#moments.clear();
  }
}
