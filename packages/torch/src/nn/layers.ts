import { callOne } from '../door.js';
import { full, ones, tensor, zeros } from '../make.js';
import { conv, convTranspose, linear } from '../ops/convolution.js';
import { batchNorm, groupNorm, instanceNorm } from '../ops/normalisation.js';
import type { RandomStream } from '../random/index.js';
import type { Tensor } from '../tensor.js';
import { defaultUniform, fanIn, uniform } from './initialise.js';
import { Layer } from './module.js';

/** How a weight `[out, in, ...kernel]` gets its first values. */
export type WeightInitialiser = (shape: readonly number[], random: RandomStream) => Tensor;

/** The geometry of a convolution; `axes` is 2 or 3. */
export interface ConvSettings {
  readonly axes: 2 | 3;
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly bias?: boolean;
  readonly initialise?: WeightInitialiser;
  /** The bias starts at zero instead of PyTorch's uniform default. */
  readonly zeroBias?: boolean;
}

function firstBias(length: number, bound: number, zero: boolean, random: RandomStream): Tensor {
  return zero ? zeros([length]) : uniform([length], bound, random);
}

/** A convolution; PyTorch's default initialisation unless told otherwise. */
export class Conv extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor | null;

  constructor(
    readonly settings: ConvSettings,
    random: RandomStream,
  ) {
    super();
    const { axes, from, to, kernel, bias = true, initialise = defaultUniform } = settings;
    const shape = [to, from, ...new Array<number>(axes).fill(kernel)];
    this.weight = this.parameter('weight', initialise(shape, random));
    const bound = 1 / Math.sqrt(fanIn(shape));
    this.bias = bias
      ? this.parameter('bias', firstBias(to, bound, settings.zeroBias ?? false, random))
      : null;
  }

  forward(input: Tensor): Tensor {
    return conv(input, this.weight, this.bias, this.settings);
  }
}

/** A transposed convolution with weight `[from, to, ...kernel]`. */
export class ConvTranspose extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(
    readonly settings: ConvSettings,
    random: RandomStream,
  ) {
    super();
    const { axes, from, to, kernel } = settings;
    const shape = [from, to, ...new Array<number>(axes).fill(kernel)];
    this.weight = this.parameter('weight', defaultUniform(shape, random));
    this.bias = this.parameter('bias', uniform([to], 1 / Math.sqrt(fanIn(shape)), random));
  }

  forward(input: Tensor): Tensor {
    return convTranspose(input, this.weight, this.bias, this.settings);
  }
}

/** A fully connected layer with weight `[to, from]`. */
export class Linear extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(
    settings: {
      readonly from: number;
      readonly to: number;
      readonly initialise?: WeightInitialiser;
      readonly zeroBias?: boolean;
    },
    random: RandomStream,
  ) {
    super();
    const { from, to, initialise = defaultUniform, zeroBias = false } = settings;
    this.weight = this.parameter('weight', initialise([to, from], random));
    this.bias = this.parameter('bias', firstBias(to, 1 / Math.sqrt(from), zeroBias, random));
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}

/** Batch normalisation with running statistics, for inputs of any rank. */
export class BatchNorm extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  readonly batchesTracked: Tensor;

  constructor(
    channels: number,
    readonly options: { readonly momentum?: number; readonly eps?: number } = {},
  ) {
    super();
    this.weight = this.parameter('weight', ones([channels]));
    this.bias = this.parameter('bias', zeros([channels]));
    this.runningMean = this.buffer('running_mean', zeros([channels]));
    this.runningVariance = this.buffer('running_var', ones([channels]));
    this.batchesTracked = this.buffer('num_batches_tracked', full([], 0, { dtype: 'i64' }));
  }

  forward(input: Tensor): Tensor {
    if (this.training) this.batchesTracked.add_(1);
    const running = { mean: this.runningMean, variance: this.runningVariance };
    const options = { ...this.options, training: this.training };
    return batchNorm(input, this.weight, this.bias, running, options);
  }
}

/** Group normalisation: no running statistics, so small batches train alike. */
export class GroupNorm extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(
    readonly groups: number,
    channels: number,
  ) {
    super();
    this.weight = this.parameter('weight', ones([channels]));
    this.bias = this.parameter('bias', zeros([channels]));
  }

  forward(input: Tensor): Tensor {
    return groupNorm(input, this.groups, this.weight, this.bias);
  }
}

/** Instance normalisation with a learned scale and shift. */
export class InstanceNorm extends Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;

  constructor(channels: number) {
    super();
    this.weight = this.parameter('weight', ones([channels]));
    this.bias = this.parameter('bias', zeros([channels]));
  }

  forward(input: Tensor): Tensor {
    return instanceNorm(input, this.weight, this.bias);
  }
}

/** max(x, 0). With `inPlace` it overwrites its input, which must not be needed by anyone else. */
export class ReLU extends Layer {
  constructor(readonly inPlace = false) {
    super();
  }

  forward(input: Tensor): Tensor {
    return callOne(this.inPlace ? 'aten::relu_' : 'aten::relu', input);
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Layer {
  forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * Zeroes entries with the given probability while training and scales the others up. Draws from a
 * stream that it is handed for each step, so a resumed run drops the same entries.
 */
export class Dropout extends Layer {
  #random: RandomStream | undefined;

  constructor(readonly probability: number) {
    super();
  }

  /** The stream for the next forward passes. */
  drawFrom(random: RandomStream): void {
    this.#random = random;
  }

  forward(input: Tensor): Tensor {
    if (!this.training || this.probability === 0) return input;
    if (!this.#random) throw new TypeError('Dropout in training needs drawFrom(stream) first');
    const draws = this.#random.fillUniform(new Float32Array(input.size));
    const kept = tensor(draws, input.shape, { device: input.device }).ge(this.probability);
    return input.mul(kept).div(1 - this.probability);
  }
}

/** Layers one after the other, under the names 0, 1, 2, ... */
export class Sequential extends Layer {
  constructor(readonly layers: readonly Layer[]) {
    super();
    layers.forEach((layer, index) => {
      this.child(String(index), layer);
    });
  }

  forward(input: Tensor): Tensor {
    return this.layers.reduce((value, layer) => layer.forward(value), input);
  }
}
