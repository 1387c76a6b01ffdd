/** Base of every error this package raises on purpose. `remedy` says what to do about it. */
export abstract class TorchError extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(remedy ? `${what}\n  ${remedy}` : what, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** libtorch refused an operator call. The message names the operator and what each argument was. */
export class OperatorError extends TorchError {}

/** A tensor was used after `dispose()` or after its scope ended. */
export class DisposedTensorError extends TorchError {}

/** The native addon is missing, was built against another libtorch, or does not load. */
export class AddonError extends TorchError {}

/** Shapes, dtypes or sizes handed to this package do not fit together. */
export class ShapeError extends TorchError {}

/** A safetensors file is damaged or not a safetensors file. */
export class SafetensorsError extends TorchError {}

/** A state dictionary does not fit a module: lists missing, unexpected and mis-shaped keys. */
export class StateDictError extends TorchError {}

/** A seed, an address or a range that random numbers cannot be drawn for. */
export class RandomError extends TorchError {}
