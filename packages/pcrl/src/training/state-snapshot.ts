import { keep, noGrad, type Tensor } from '@pcrl/torch';

/** A copy of a training state on its device, from before steps that are not read one by one. */
export class StateSnapshot implements Disposable {
  readonly tensors = new Map<string, Tensor>();

  /** Makes the copy that of the state as it is now. */
  take(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      for (const [name, tensor] of state) {
        const known = this.tensors.get(name);
        if (known) known.copy_(tensor);
        else this.tensors.set(name, keep(tensor.clone()));
      }
    });
  }

  [Symbol.dispose](): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
  }
}
