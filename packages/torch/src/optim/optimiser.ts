import { callMany, callOne } from '../door.js';
import { stack, tensor } from '../make.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** What every optimiser does: named parameters in, one step, a state that can be saved. */
export interface Optimiser extends Disposable {
  /** Applies the gradients at this learning rate, then frees them. */
  step(learningRate: number): void;
  /** Everything needed to go on as if never stopped, under `<parameter>.<what>`. */
  state(): Map<string, Tensor>;
  /** Takes a state that `state()` gave. */
  load(state: ReadonlyMap<string, Tensor>): void;
}

/** Parameters by name. */
export type NamedParameters = ReadonlyMap<string, Tensor>;

/** Frees all gradients. */
export function clearGradients(parameters: Iterable<Tensor>): void {
  for (const parameter of parameters) parameter.grad = null;
}

/** The joint L2 norm of all gradients, a scalar tensor on their device; 0 where there are none. */
export function gradientNorm(parameters: Iterable<Tensor>): Tensor {
  return scope(() => {
    const gradients = gradientsOf(parameters);
    if (gradients.length === 0) return tensor(0);
    return stack(callMany('aten::_foreach_norm.Scalar', gradients, 2)).norm();
  });
}

/**
 * Scales all gradients so that their joint L2 norm is at most `maximum`; stays on the device.
 *
 * @returns the norm before clipping, a scalar tensor
 */
export function clipGradientNorm(parameters: readonly Tensor[], maximum: number): Tensor {
  return scope(() => {
    const total = gradientNorm(parameters);
    const factor = callOne('aten::reciprocal', total.add(1e-6)).mul(maximum).clamp(null, 1);
    for (const gradient of gradientsOf(parameters)) gradient.mul_(factor);
    return total;
  });
}

function gradientsOf(parameters: Iterable<Tensor>): Tensor[] {
  return [...parameters].map((parameter) => parameter.grad).filter((grad) => grad !== null);
}
