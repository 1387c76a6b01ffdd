import type { Handle } from './addon.js';
import { type Argument, callMany, callOne } from './door.js';
import { type DType, scalarType } from './dtype.js';
import { type Device, TensorMemory } from './tensor-memory.js';

/** A tensor or a plain number where an operator takes either. */
export type Operand = Tensor | number;

/** One axis or several. */
export type Axes = number | readonly number[];

const list = (axes: Axes | undefined) =>
  axes === undefined ? undefined : typeof axes === 'number' ? [axes] : axes;

const RETURNED = new Error('freed: the result of an operator in place is its first operand');

/** Calls an operator that changes its first operand; the second handle on it, its result, is freed. */
function changed<T extends Tensor>(target: T, name: string, ...values: Argument[]): T {
  callOne(name, target, ...values).free(RETURNED);
  return target;
}

/**
 * An n-dimensional array of libtorch, with the operators that chain.
 *
 * JavaScript's collector does not see its memory: make tensors inside `scope()`, or free them with
 * `using` or `dispose()`. A method whose name ends in `_` changes the tensor in place.
 */
export class Tensor extends TensorMemory {
  protected wrap(handle: Handle): Tensor {
    return new Tensor(handle);
  }

  // Moving and copying

  /** Moves or converts; shares memory when nothing changes. */
  to({ device, dtype }: { device?: Device; dtype?: DType }): Tensor {
    const code = dtype && scalarType(dtype);
    if (device === undefined)
      return callOne('aten::to.dtype', this, code ?? scalarType(this.dtype));
    return callOne('aten::to.device', this, device, code ?? scalarType(this.dtype));
  }
  /** The same values, cut off from the autograd graph. */
  detach(): Tensor {
    return callOne('aten::detach', this);
  }
  /** A copy with memory of its own. */
  clone(): Tensor {
    return callOne('aten::clone', this);
  }
  /** Row-major memory; the tensor itself when it is so already. */
  contiguous(): Tensor {
    return callOne('aten::contiguous', this);
  }

  // Arithmetic, element by element, with broadcasting

  add(other: Operand, alpha = 1): Tensor {
    return callOne('aten::add.Tensor', this, other, alpha);
  }
  sub(other: Operand): Tensor {
    return callOne('aten::sub.Tensor', this, other);
  }
  mul(other: Operand): Tensor {
    return callOne('aten::mul.Tensor', this, other);
  }
  div(other: Operand): Tensor {
    return callOne('aten::div.Tensor', this, other);
  }
  pow(exponent: Operand): Tensor {
    return typeof exponent === 'number'
      ? callOne('aten::pow.Tensor_Scalar', this, exponent)
      : callOne('aten::pow.Tensor_Tensor', this, exponent);
  }
  neg(): Tensor {
    return callOne('aten::neg', this);
  }
  abs(): Tensor {
    return callOne('aten::abs', this);
  }
  sign(): Tensor {
    return callOne('aten::sign', this);
  }
  sqrt(): Tensor {
    return callOne('aten::sqrt', this);
  }
  rsqrt(): Tensor {
    return callOne('aten::rsqrt', this);
  }
  exp(): Tensor {
    return callOne('aten::exp', this);
  }
  log(): Tensor {
    return callOne('aten::log', this);
  }
  sin(): Tensor {
    return callOne('aten::sin', this);
  }
  cos(): Tensor {
    return callOne('aten::cos', this);
  }
  floor(): Tensor {
    return callOne('aten::floor', this);
  }
  round(): Tensor {
    return callOne('aten::round', this);
  }
  sigmoid(): Tensor {
    return callOne('aten::sigmoid', this);
  }
  relu(): Tensor {
    return callOne('aten::relu', this);
  }
  clamp(minimum: number | null, maximum: number | null = null): Tensor {
    return callOne('aten::clamp', this, minimum, maximum);
  }
  maximum(other: Tensor): Tensor {
    return callOne('aten::maximum', this, other);
  }
  minimum(other: Tensor): Tensor {
    return callOne('aten::minimum', this, other);
  }
  /** The matrix product, batched where there are more than two axes. */
  matmul(other: Tensor): Tensor {
    return callOne('aten::matmul', this, other);
  }

  // In place

  add_(other: Operand, alpha = 1): this {
    return changed(this, 'aten::add_.Tensor', other, alpha);
  }
  sub_(other: Operand): this {
    return changed(this, 'aten::sub_.Tensor', other);
  }
  mul_(other: Operand): this {
    return changed(this, 'aten::mul_.Tensor', other);
  }
  div_(other: Operand): this {
    return changed(this, 'aten::div_.Tensor', other);
  }
  clamp_(minimum: number | null, maximum: number | null = null): this {
    return changed(this, 'aten::clamp_', minimum, maximum);
  }
  copy_(source: Tensor): this {
    return changed(this, 'aten::copy_', source);
  }
  fill_(value: number): this {
    return changed(this, 'aten::fill_.Scalar', value);
  }
  zero_(): this {
    return changed(this, 'aten::zero_');
  }

  // Comparison: bool tensors

  eq(other: Operand): Tensor {
    return callOne('aten::eq.Tensor', this, other);
  }
  gt(other: Operand): Tensor {
    return callOne('aten::gt.Tensor', this, other);
  }
  ge(other: Operand): Tensor {
    return callOne('aten::ge.Tensor', this, other);
  }
  lt(other: Operand): Tensor {
    return callOne('aten::lt.Tensor', this, other);
  }
  le(other: Operand): Tensor {
    return callOne('aten::le.Tensor', this, other);
  }
  isFinite(): Tensor {
    return callOne('aten::isfinite', this);
  }
  /** `this` where the condition holds, `other` elsewhere. */
  where(condition: Tensor, other: Operand): Tensor {
    return callOne('aten::where.self', condition, this, other);
  }

  // Reductions over the named axes, or over all

  sum(axes?: Axes, keepAxes = false): Tensor {
    return callOne('aten::sum.dim_IntList', this, list(axes) ?? [], keepAxes);
  }
  mean(axes?: Axes, keepAxes = false): Tensor {
    return callOne('aten::mean.dim', this, list(axes) ?? [], keepAxes);
  }
  /** The standard deviation; `correction` 1 divides by n - 1. */
  std(axes?: Axes, { correction = 1, keepAxes = false } = {}): Tensor {
    return callOne('aten::std.correction', this, list(axes) ?? null, correction, keepAxes);
  }
  /** The variance; `correction` 1 divides by n - 1. */
  variance(axes?: Axes, { correction = 1, keepAxes = false } = {}): Tensor {
    return callOne('aten::var.correction', this, list(axes) ?? null, correction, keepAxes);
  }
  max(axes?: Axes, keepAxes = false): Tensor {
    return callOne('aten::amax', this, list(axes) ?? [], keepAxes);
  }
  min(axes?: Axes, keepAxes = false): Tensor {
    return callOne('aten::amin', this, list(axes) ?? [], keepAxes);
  }
  /** The L2 norm. */
  norm(axes?: Axes, keepAxes = false): Tensor {
    return callOne('aten::linalg_vector_norm', this, 2, list(axes) ?? null, keepAxes);
  }
  argmax(axis: number, keepAxis = false): Tensor {
    return callOne('aten::argmax', this, axis, keepAxis);
  }
  softmax(axis: number): Tensor {
    return callOne('aten::softmax.int', this, axis);
  }

  // Shape

  reshape(shape: readonly number[]): Tensor {
    return callOne('aten::reshape', this, shape);
  }
  view(shape: readonly number[]): Tensor {
    return callOne('aten::view', this, shape);
  }
  flatten(from = 0, to = -1): Tensor {
    return callOne('aten::flatten.using_ints', this, from, to);
  }
  permute(order: readonly number[]): Tensor {
    return callOne('aten::permute', this, order);
  }
  transpose(first: number, second: number): Tensor {
    return callOne('aten::transpose.int', this, first, second);
  }
  flip(axes: Axes): Tensor {
    return callOne('aten::flip', this, list(axes));
  }
  unsqueeze(axis: number): Tensor {
    return callOne('aten::unsqueeze', this, axis);
  }
  squeeze(axis: number): Tensor {
    return callOne('aten::squeeze.dim', this, axis);
  }
  expand(shape: readonly number[]): Tensor {
    return callOne('aten::expand', this, shape);
  }
  /** A view of `length` entries of one axis. */
  narrow(axis: number, start: number, length: number): Tensor {
    return callOne('aten::narrow', this, axis, start, length);
  }
  /** A view without one axis, at one of its indices. */
  select(axis: number, index: number): Tensor {
    return callOne('aten::select.int', this, axis, index);
  }
  indexSelect(axis: number, index: Tensor): Tensor {
    return callOne('aten::index_select', this, axis, index);
  }
  gather(axis: number, index: Tensor): Tensor {
    return callOne('aten::gather', this, axis, index);
  }
  /** Views that share one axis out in pieces of `length`. */
  split(length: number, axis = 0): readonly Tensor[] {
    return callMany('aten::split.Tensor', this, length, axis);
  }
}
