import { addon, type Handle, type NativeValue } from './addon.js';
import { OperatorError } from './errors.js';
import { Tensor } from './tensor.js';

/** What an operator takes: tensors, numbers, lists of them; `undefined` asks for the default. */
export type Argument =
  | Tensor
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | readonly Argument[];

/** What an operator gives. */
export type Result = Tensor | number | boolean | string | null | readonly Result[];

const found = new Map<string, number>();

function operator(name: string): number {
  const known = found.get(name);
  if (known !== undefined) return known;
  const dot = name.indexOf('.');
  const number =
    dot < 0 ? addon.find(name, '') : addon.find(name.slice(0, dot), name.slice(dot + 1));
  if (number < 0) throw new OperatorError(`libtorch has no operator ${name}`, suggestion(name));
  found.set(name, number);
  return number;
}

function suggestion(name: string): string {
  const base = name.split('.')[0] ?? name;
  const near = addon.names().filter((other) => other.split('.')[0] === base);
  return near.length > 0 ? `Its overloads: ${near.join(', ')}` : 'operators() lists all of them.';
}

function lower(value: Argument): NativeValue {
  if (value instanceof Tensor) return value.handle;
  if (Array.isArray(value)) return value.map(lower);
  return value as NativeValue;
}

function lift(value: NativeValue): Result {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? value.map(lift) : new Tensor(value as Handle);
  }
  return value as Result;
}

/**
 * Calls any operator of libtorch's dispatcher, with autograd, on whatever device its tensors are.
 *
 * @param name with its overload, e.g. `aten::add.Tensor`
 * @param values in the order of the operator's schema; `undefined` takes the default
 * @throws OperatorError with libtorch's own words and the shapes and dtypes of what was given
 */
export function call(name: string, ...values: Argument[]): Result {
  const number = operator(name);
  const native = values.map(lower);
  try {
    return lift(addon.call(number, ...native));
  } catch (cause) {
    throw explain(name, number, values, cause as Error);
  }
}

/** Calls an operator that gives one tensor. */
export function callOne(name: string, ...values: Argument[]): Tensor {
  const result = call(name, ...values);
  if (result instanceof Tensor) return result;
  throw new OperatorError(`${name} does not give one tensor`, 'Use call() and take its parts.');
}

/** Calls an operator that gives several tensors. */
export function callMany(name: string, ...values: Argument[]): readonly Tensor[] {
  const result = call(name, ...values);
  if (Array.isArray(result)) return result as readonly Tensor[];
  throw new OperatorError(`${name} does not give several tensors`, 'Use call().');
}

/** Every operator's name, with overloads. */
export function operators(): readonly string[] {
  return addon.names();
}

/** An operator's schema as libtorch writes it. */
export function schema(name: string): string {
  return addon.schema(operator(name));
}

function explain(name: string, number: number, values: readonly Argument[], cause: Error) {
  const given = values.map(describe).join(', ');
  return new OperatorError(
    `${name}(${given}): ${cause.message.trim()}`,
    `Schema: ${addon.schema(number)}`,
    { cause },
  );
}

function describe(value: Argument): string {
  if (value instanceof Tensor)
    return `${value.dtype}[${value.shape.join(', ')}] on ${value.device}`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map(describe).join(', ');
    return value.length > 4 ? `[${shown}, ... ${value.length} in all]` : `[${shown}]`;
  }
  return String(value);
}
