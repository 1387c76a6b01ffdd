import { addon } from './addon.js';
import { Tensor } from './tensor.js';

/** Runs `work` without recording it for `backward()`. */
export function noGrad<Result>(work: () => Result): Result {
  const before = addon.setGradEnabled(false);
  try {
    return work();
  } finally {
    addon.setGradEnabled(before);
  }
}

/** The gradients of a scalar with respect to `inputs`; null where it does not depend on one. */
export function gradients(output: Tensor, inputs: readonly Tensor[]): (Tensor | null)[] {
  const handles = addon.gradients(
    output.handle,
    inputs.map((input) => input.handle),
  );
  return handles.map((handle) => (handle ? new Tensor(handle) : null));
}

/**
 * Runs `work` with bfloat16 where libtorch's autocast lists gain from it; weights stay f32.
 *
 * @param device the device whose operators are concerned
 */
export function autocast<Result>(device: string, work: () => Result): Result {
  const type = device.startsWith('cuda') ? 'cuda' : 'cpu';
  addon.setAutocast(type, true);
  try {
    return work();
  } finally {
    addon.setAutocast(type, false);
  }
}

/** How many tensors JavaScript holds, over all threads, and the bytes of their storages. */
export function liveTensors(): { readonly tensors: number; readonly bytes: number } {
  return addon.live();
}
