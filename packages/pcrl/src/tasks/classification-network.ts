import {
  Dropout,
  globalAveragePool,
  Linear,
  noGrad,
  type RandomStream,
  scope,
  type Tensor,
} from '@pcrl/torch';
import { type Encoder, Encoder3D, ResNet18 } from '../networks/index.js';
import type { Compute } from '../training/device.js';
import { TaskNetwork } from './task.js';

/** What a classifier is built from. */
export interface ClassifierSettings {
  readonly dimensions: 2 | 3;
  readonly classes: number;
  readonly dropout: number;
  /** 3D: channels of the first convolution. */
  readonly width: number;
}

/** An encoder and what makes logits of its last feature map. */
export abstract class ClassifyingNetwork extends TaskNetwork {
  /** Logits `[N, classes]` of the encoder's last map `[N, C, ...]`. */
  abstract logitsFrom(map: Tensor): Tensor;

  /** Logits `[N, classes]` of `[N, 3, H, W]` or `[N, 1, X, Y, Z]`. */
  forward(input: Tensor): Tensor {
    return scope(() => this.logitsFrom(this.encoder.encode(input)));
  }
}

/**
 * An encoder, the mean of its last feature map, dropout and a linear layer: one logit for each class.
 * Keys are those of the official fine-tuning network.
 */
export class ClassificationNetwork extends ClassifyingNetwork {
  readonly encoder: Encoder;
  readonly #dropout: Dropout;
  override readonly head: Linear;
  /** In training, of the loss of each class; undefined where all count alike. */
  classWeights: readonly number[] | undefined;

  constructor({ dimensions, classes, dropout, width }: ClassifierSettings, random: RandomStream) {
    super();
    this.encoder =
      dimensions === 2
        ? this.child('model.encoder', new ResNet18(random))
        : this.child('', new Encoder3D({ width }, random));
    const from = this.encoder.channels.at(-1)!;
    const place = `${dimensions === 2 ? 'model.' : ''}classification_head`;
    this.#dropout = this.child(`${place}.2`, new Dropout(dropout));
    this.head = this.child(`${place}.3`, new Linear({ from, to: classes }, random));
  }

  override drawFrom(random: RandomStream): void {
    this.#dropout.drawFrom(random);
  }

  logitsFrom(map: Tensor): Tensor {
    return scope(() => this.head.forward(this.#dropout.forward(globalAveragePool(map))));
  }
}

/** The mean of the encoder's last map, `[N, C]`: what the last layer reads, and a probe learns from. */
export function meanFeatures(
  { encoder }: TaskNetwork,
  input: () => Tensor,
  compute: Pick<Compute, 'inPrecision'>,
): Tensor {
  return noGrad(() =>
    scope(() => {
      const images = input();
      const map = compute.inPrecision(() => encoder.encode(images));
      return globalAveragePool(map).to({ dtype: 'f32' });
    }),
  );
}
