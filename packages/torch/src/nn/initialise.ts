import { tensor as makeTensor } from '../make.js';
import type { RandomStream } from '../random/index.js';
import type { Tensor } from '../tensor.js';

/** A tensor of numbers drawn evenly from [-bound, bound). */
export function uniform(shape: readonly number[], bound: number, random: RandomStream): Tensor {
  return makeTensor(random.fillUniform(new Float32Array(elements(shape)), -bound, bound), shape);
}

/** A tensor of normal numbers with mean 0. */
export function normal(shape: readonly number[], std: number, random: RandomStream): Tensor {
  return makeTensor(random.fillNormal(new Float32Array(elements(shape)), 0, std), shape);
}

/** PyTorch's default for convolutions and linear layers: kaiming-uniform with a = sqrt(5). */
export function defaultUniform(shape: readonly number[], random: RandomStream): Tensor {
  return uniform(shape, 1 / Math.sqrt(fanIn(shape)), random);
}

/** He et al. (2015), for ReLU: uniform with variance 2 / fan-in. */
export function kaimingUniform(shape: readonly number[], random: RandomStream): Tensor {
  return uniform(shape, Math.sqrt(6 / fanIn(shape)), random);
}

/** He et al. (2015), for ReLU, as torchvision initialises ResNet: normal, variance 2 / fan-out. */
export function kaimingNormalFanOut(shape: readonly number[], random: RandomStream): Tensor {
  return normal(shape, Math.sqrt(2 / fanOut(shape)), random);
}

/** Glorot and Bengio (2010): uniform with variance 2 / (fan-in + fan-out). */
export function xavierUniform(shape: readonly number[], random: RandomStream): Tensor {
  return uniform(shape, Math.sqrt(6 / (fanIn(shape) + fanOut(shape))), random);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Inputs that one output element sums over, for a weight `[out, in, ...kernel]`. */
export function fanIn(shape: readonly number[]): number {
  return elements(shape.slice(1));
}

function fanOut(shape: readonly number[]): number {
  return (shape[0] ?? 1) * elements(shape.slice(2));
}
