import { noGrad } from '../autograd.js';
import { StateDictError } from '../errors.js';
import { keep, scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import type { Device } from '../tensor-memory.js';

/**
 * A part of a network: its parameters (trained), its buffers (kept, not trained) and its children, under
 * the names that PyTorch's `state_dict` gives them and in PyTorch's order.
 */
export abstract class Module implements Disposable {
  /** Whether normalisation uses the batch's statistics and dropout drops. */
  training = true;
  readonly #parameters = new Map<string, Tensor>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #children = new Map<string, Module>();

  /** Registers a trained tensor; the module owns it from here on. */
  protected parameter(name: string, tensor: Tensor): Tensor {
    tensor.requiresGrad = true;
    this.#parameters.set(name, keep(tensor));
    return tensor;
  }

  /** Registers a tensor that is kept with the weights but not trained. */
  protected buffer(name: string, tensor: Tensor): Tensor {
    this.#buffers.set(name, keep(tensor));
    return tensor;
  }

  /** Registers a part. An empty name leaves the part's own names as they are. */
  protected child<Child extends Module>(name: string, module: Child): Child {
    this.#children.set(name, module);
    return module;
  }

  /** Every trained tensor under its full name. */
  namedParameters(): Map<string, Tensor> {
    return this.#collect((module) => module.#parameters);
  }

  /** Every trained tensor. */
  parameters(): Tensor[] {
    return [...this.namedParameters().values()];
  }

  /** Parameters and buffers under PyTorch's names, in PyTorch's order. The tensors are the live ones. */
  stateDict(): Map<string, Tensor> {
    return this.#collect((module) => new Map([...module.#parameters, ...module.#buffers]));
  }

  #collect(own: (module: Module) => ReadonlyMap<string, Tensor>): Map<string, Tensor> {
    const found = new Map(own(this));
    for (const [name, module] of this.#children) {
      const prefix = name === '' ? '' : `${name}.`;
      for (const [inner, tensor] of module.#collect(own)) found.set(prefix + inner, tensor);
    }
    return found;
  }

  /**
   * Copies values into the parameters and buffers of the same names.
   *
   * @throws StateDictError that lists every key and shape that does not fit; nothing is copied then
   */
  loadStateDict(values: ReadonlyMap<string, Tensor>): void {
    const own = this.stateDict();
    const complaints = mismatches(own, values);
    if (complaints.length > 0) {
      throw new StateDictError(
        `the weights do not fit the network:\n${complaints.map((line) => `    ${line}`).join('\n')}`,
        'Check that they come from the same network and dimension.',
      );
    }
    noGrad(() => {
      for (const [name, tensor] of own) tensor.copy_(values.get(name)!);
    });
  }

  /** Sets training mode here and below. */
  train(training = true): this {
    this.training = training;
    for (const module of this.#children.values()) module.train(training);
    return this;
  }

  /** Evaluation mode: running statistics, no dropout. */
  eval(): this {
    return this.train(false);
  }

  /** Moves every parameter and buffer; make optimisers afterwards. */
  to(device: Device): this {
    for (const tensor of this.stateDict().values()) {
      scope(() => {
        if (tensor.device !== device) tensor.become(noGrad(() => tensor.to({ device })));
      });
    }
    return this;
  }

  /** Turns the training of every parameter here and below on or off. */
  trainable(wanted: boolean): this {
    for (const tensor of this.parameters()) tensor.requiresGrad = wanted;
    return this;
  }

  /** How many numbers are trained. */
  parameterCount(): number {
    return this.parameters().reduce((sum, tensor) => sum + tensor.size, 0);
  }

  /** Frees every parameter and buffer. */
  dispose(): void {
    for (const tensor of this.stateDict().values()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A module that turns one tensor into one tensor. */
export abstract class Layer extends Module {
  abstract forward(input: Tensor): Tensor;
}

function mismatches(
  own: ReadonlyMap<string, Tensor>,
  given: ReadonlyMap<string, Tensor>,
): readonly string[] {
  const shape = (tensor: Tensor) => `[${tensor.shape.join(', ')}]`;
  const lines: string[] = [];
  for (const [name, tensor] of own) {
    const other = given.get(name);
    if (!other) lines.push(`${name}: network ${shape(tensor)}, file has no such key`);
    else if (shape(tensor) !== shape(other)) {
      lines.push(`${name}: network ${shape(tensor)}, file ${shape(other)}`);
    }
  }
  for (const [name, tensor] of given) {
    if (!own.has(name)) lines.push(`${name}: network has no such key, file ${shape(tensor)}`);
  }
  const shown = lines.slice(0, 20);
  return lines.length > 20 ? [...shown, `... and ${lines.length - 20} more`] : shown;
}
