import { noGrad, type RandomStream, scope, type Tensor, tensor } from '@pcrl/torch';
import { ClassificationNetwork, type ClassifierSettings } from './classification-network.js';

/**
 * A classifier with one output, which stands for a number: its mean and deviation among the labelled cases are
 * kept with the weights.
 */
export class RegressionNetwork extends ClassificationNetwork {
  readonly #mean: Tensor;
  readonly #deviation: Tensor;

  constructor(settings: Omit<ClassifierSettings, 'classes'>, random: RandomStream) {
    super({ ...settings, classes: 1 }, random);
    this.#mean = this.buffer('target.mean', tensor(Float32Array.of(0), [1]));
    this.#deviation = this.buffer('target.deviation', tensor(Float32Array.of(1), [1]));
  }

  /** Takes mean and deviation of the labelled numbers. */
  scaleTo(numbers: readonly number[]): void {
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / numbers.length) || 1;
    noGrad(() => {
      this.#mean.fill_(mean);
      this.#deviation.fill_(deviation);
    });
  }

  /** Numbers on the scale of the output. */
  scaled(numbers: Tensor): Tensor {
    return scope(() => numbers.sub(this.#mean).div(this.#deviation));
  }

  /** Outputs as numbers. */
  values(output: Tensor): Tensor {
    return scope(() => output.mul(this.#deviation).add(this.#mean));
  }
}
