import { addon, type Handle } from './addon.js';
import { type DType, dtypeOf, type TypedArray, viewAs } from './dtype.js';
import { DisposedTensorError, OperatorError } from './errors.js';
import { type FreedAt, forget, freedHere, register } from './scope.js';
import type { Tensor } from './tensor.js';

/** Where a tensor lives: `cpu`, `cuda` or `cuda:n`. */
export type Device = string;

/** What a tensor is apart from its operators: a handle, its memory, its data, its gradient. */
export abstract class TensorMemory implements Disposable {
  #handle: Handle;
  #shape: readonly number[] | undefined;
  #freedAt: FreedAt | undefined;

  abstract to(options: { device?: Device; dtype?: DType }): Tensor;
  protected abstract wrap(handle: Handle): Tensor;

  /** Takes over a handle that the addon gave; entered into the innermost open scope. */
  constructor(handle: Handle) {
    this.#handle = handle;
    register(this as unknown as Tensor);
  }

  /** The addon's handle. @throws DisposedTensorError after the tensor was freed */
  get handle(): Handle {
    if (this.#freedAt) {
      throw new DisposedTensorError(
        'this tensor was freed',
        `Return it from its scope or keep() it. ${this.#freedAt.stack ?? ''}`,
      );
    }
    return this.#handle;
  }

  get shape(): readonly number[] {
    this.#shape ??= addon.shape(this.handle);
    return this.#shape;
  }

  /** The length of one axis; negative counts from the end. */
  dimension(axis: number): number {
    const length = this.shape.at(axis);
    if (length === undefined) throw new RangeError(`no axis ${axis} in [${this.shape.join(', ')}]`);
    return length;
  }

  /** How many elements there are. */
  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  get dtype(): DType {
    const code = addon.scalarType(this.handle);
    const dtype = dtypeOf(code);
    if (!dtype) throw new OperatorError(`libtorch's scalar type ${code} has no name here`, '');
    return dtype;
  }

  get device(): Device {
    return addon.device(this.handle);
  }

  /** Whether the tensor was freed. */
  get disposed(): boolean {
    return this.#freedAt !== undefined;
  }

  /** Frees the memory now (once no other tensor views it). Twice is allowed. */
  dispose(): void {
    this.#end(freedHere('freed by dispose() here'));
  }

  [Symbol.dispose](): void {
    this.#end(freedHere('freed by `using` here'));
  }

  #end(at: FreedAt): void {
    this.free(at);
    forget(this as unknown as Tensor);
  }

  /** Frees the tensor and remembers where that happened. */
  free(at: FreedAt): void {
    if (this.#freedAt) return;
    this.#freedAt = at;
    addon.release(this.#handle);
  }

  /**
   * Takes another tensor's place: from here on this object is what `other` was, and `other` is freed.
   * So a module can move its parameters to a device while everyone keeps their references.
   */
  become(other: Tensor): void {
    const wantsGrad = this.requiresGrad;
    const clone = addon.share(other.handle);
    addon.release(this.handle);
    this.#handle = clone;
    this.#shape = undefined;
    addon.setRequiresGrad(clone, wantsGrad);
    other.dispose();
  }

  /** The elements in row-major order, copied to the host. 16-bit floats come as their bits. */
  data(): TypedArray {
    return viewAs(addon.toBytes(this.handle), this.dtype);
  }

  /** The elements as numbers, in row-major order, whatever the dtype. */
  toArray(): number[] {
    const dtype = this.dtype;
    if (dtype !== 'f16' && dtype !== 'bf16') return Array.from(this.data() as Float32Array, Number);
    using wide = this.to({ dtype: 'f32' });
    return Array.from(wide.data() as Float32Array);
  }

  /** The only element, as a number. @throws OperatorError when there are several */
  item(): number {
    if (this.size !== 1) {
      throw new OperatorError(`item() of a tensor [${this.shape.join(', ')}]`, 'Use toArray().');
    }
    return this.toArray()[0] ?? Number.NaN;
  }

  // Autograd

  /** Whether operators on this tensor are recorded for `backward()`. */
  get requiresGrad(): boolean {
    return addon.requiresGrad(this.handle);
  }

  set requiresGrad(wanted: boolean) {
    addon.setRequiresGrad(this.handle, wanted);
  }

  /** The accumulated gradient of a leaf, a new handle each time; null before the first. */
  get grad(): Tensor | null {
    const handle = addon.grad(this.handle);
    return handle ? this.wrap(handle) : null;
  }

  set grad(value: Tensor | null) {
    addon.setGrad(this.handle, value ? value.handle : null);
  }

  /** Adds the gradient of this scalar to every leaf it was computed from. */
  backward(): void {
    try {
      addon.backward(this.handle);
    } catch (cause) {
      throw new OperatorError(
        `backward() of [${this.shape.join(', ')}]: ${(cause as Error).message}`,
        'It takes a scalar that was computed from tensors with requiresGrad.',
        { cause },
      );
    }
  }
}
