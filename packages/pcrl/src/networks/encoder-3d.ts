import {
  BatchNorm,
  Conv,
  GroupNorm,
  Layer,
  maxPool,
  type RandomStream,
  ReLU,
  Sequential,
  scope,
  type Tensor,
} from '@pcrl/torch';
import { Encoder } from './encoder.js';

/** What normalises after each 3D convolution. */
export type Normalisation = 'batch' | 'group';

const GROUPS = 8;

/** Conv3d 3x3x3 with bias, normalisation, ReLU; under the official code's names. */
export class ConvUnit3D extends Layer {
  readonly convolution: Conv;
  readonly normalisation: Layer;

  constructor(from: number, to: number, random: RandomStream, normalisation: Normalisation) {
    super();
    const settings = { axes: 3, from, to, kernel: 3, padding: 1 } as const;
    this.convolution = this.child('conv1', new Conv(settings, random));
    this.normalisation = this.child(
      'bn1',
      normalisation === 'batch' ? new BatchNorm(to) : new GroupNorm(GROUPS, to),
    );
  }

  forward(input: Tensor): Tensor {
    return scope(() => this.activate(this.convolution.forward(input)));
  }

  /** Normalisation and ReLU of what a convolution gave. */
  activate(convolved: Tensor): Tensor {
    return new ReLU(true).forward(this.normalisation.forward(convolved));
  }
}

/** Two units, `from -> middle -> to`. */
export class DoubleUnit3D extends Sequential {
  readonly first: ConvUnit3D;
  readonly second: ConvUnit3D;

  constructor(
    [from, middle, to]: readonly [number, number, number],
    random: RandomStream,
    normalisation: Normalisation,
  ) {
    const first = new ConvUnit3D(from, middle, random, normalisation);
    const second = new ConvUnit3D(middle, to, random, normalisation);
    super([first, second]);
    this.first = first;
    this.second = second;
  }
}

/** A stage of the encoder: two units under `ops`. */
class Stage3D extends Layer {
  readonly #units: DoubleUnit3D;

  constructor(
    channels: readonly [number, number, number],
    random: RandomStream,
    normalisation: Normalisation,
  ) {
    super();
    this.#units = this.child('ops', new DoubleUnit3D(channels, random, normalisation));
  }

  forward(input: Tensor): Tensor {
    return this.#units.forward(input);
  }
}

/** How an encoder for volumes is built. */
export interface Encoder3DSettings {
  /** Channels of the first convolution; 32 is the official network, each stage doubles them. */
  readonly width: number;
  readonly inputChannels?: number;
  readonly normalisation?: Normalisation;
}

const STAGE_NAMES = ['down_tr64', 'down_tr128', 'down_tr256', 'down_tr512'] as const;

/**
 * The official 3D encoder: four stages with max-pooling between them, stride 8; 7,027,776 parameters
 * at width 32. Volumes are `[N, C, X, Y, Z]`, each axis a multiple of 8.
 */
export class Encoder3D extends Encoder {
  readonly axes = 3;
  readonly channels: readonly number[];
  readonly #stages: readonly Stage3D[];

  constructor(
    { width, inputChannels = 1, normalisation = 'batch' }: Encoder3DSettings,
    random: RandomStream,
  ) {
    super();
    this.channels = STAGE_NAMES.map((_, stage) => width * 2 ** (stage + 1));
    this.#stages = STAGE_NAMES.map((name, stage) => {
      const to = this.channels[stage]!;
      const from = this.channels[stage - 1];
      const units = [from ?? inputChannels, from ?? width, to] as const;
      return this.child(name, new Stage3D(units, random, normalisation));
    });
  }

  features(input: Tensor): readonly Tensor[] {
    return scope(() => {
      const maps: Tensor[] = [];
      let current = input;
      for (const stage of this.#stages) {
        const pooled = maps.length === 0 ? current : maxPool(current, { window: 2 });
        current = stage.forward(pooled);
        maps.push(current);
      }
      return maps;
    });
  }
}
