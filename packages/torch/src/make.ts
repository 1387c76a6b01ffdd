import { addon } from './addon.js';
import { callOne } from './door.js';
import { type DType, dtypeOfArray, scalarType, toTypedArray } from './dtype.js';
import { ShapeError } from './errors.js';
import { Tensor } from './tensor.js';
import type { Device } from './tensor-memory.js';

/** The dtype and device of a new tensor; `f32` on the CPU where nothing is said. */
export interface TensorOptions {
  readonly dtype?: DType;
  readonly device?: Device;
}

type Shape = readonly number[];

/**
 * A tensor from numbers, with one copy.
 *
 * @param data a number, a list, or a typed array (also over a SharedArrayBuffer)
 * @param shape one axis with all elements where it is left out; `[]` for a single number
 * @throws ShapeError when the elements do not fill the shape
 */
export function tensor(
  data: number | readonly number[] | NodeJS.TypedArray,
  shape?: Shape,
  { dtype, device = 'cpu' }: TensorOptions = {},
): Tensor {
  const values = typeof data === 'number' ? [data] : data;
  const sizes = shape ?? (typeof data === 'number' ? [] : [values.length]);
  const elements = sizes.reduce((product, length) => product * length, 1);
  if (elements !== values.length) {
    throw new ShapeError(
      `${values.length} values do not fill the shape [${sizes.join(', ')}]`,
      `It takes ${elements}.`,
    );
  }
  const host = ArrayBuffer.isView(values)
    ? fromTyped(values as NodeJS.TypedArray, sizes, dtype)
    : new Tensor(fromList(values as readonly number[], sizes, dtype ?? 'f32'));
  return device === 'cpu' ? host : moved(host, { device });
}

function fromList(values: readonly number[], shape: Shape, dtype: DType) {
  return addon.fromBytes(toTypedArray(values, dtype), shape, scalarType(dtype));
}

function fromTyped(values: NodeJS.TypedArray, shape: Shape, dtype: DType | undefined): Tensor {
  const sixteenBits = values instanceof Uint16Array && (dtype === 'f16' || dtype === 'bf16');
  const flags = values instanceof Uint8Array && dtype === 'bool';
  const own = sixteenBits || flags ? dtype : dtypeOfArray(values);
  if (!own) {
    throw new ShapeError(
      `no dtype for a ${values.constructor.name}`,
      'Name one: { dtype: "f16" | "bf16" } for the bits of 16-bit floats.',
    );
  }
  const made = new Tensor(addon.fromBytes(values, shape, scalarType(own)));
  return dtype && dtype !== own ? moved(made, { dtype }) : made;
}

function moved(source: Tensor, target: { device?: Device; dtype?: DType }): Tensor {
  const result = source.to(target);
  source.dispose();
  return result;
}

export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  const { dtype = 'f32', device = 'cpu' } = options;
  return callOne('aten::full', shape, value, scalarType(dtype), undefined, device);
}

export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** Memory as it comes: fill it before reading it. */
export function empty(shape: Shape, options: TensorOptions = {}): Tensor {
  const { dtype = 'f32', device = 'cpu' } = options;
  return callOne('aten::empty.memory_format', shape, scalarType(dtype), undefined, device);
}

/** 0, 1, ... length - 1. */
export function arange(length: number, options: TensorOptions = {}): Tensor {
  const { dtype = 'f32', device = 'cpu' } = options;
  return callOne('aten::arange', length, scalarType(dtype), undefined, device);
}

/** `count` evenly spaced values, both ends included. */
export function linspace(from: number, to: number, count: number, options: TensorOptions = {}) {
  const { dtype = 'f32', device = 'cpu' } = options;
  return callOne('aten::linspace', from, to, count, scalarType(dtype), undefined, device);
}

/** Joins along an axis that is there. */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  return callOne('aten::cat', tensors, axis);
}

/** Joins along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return callOne('aten::stack', tensors, axis);
}
