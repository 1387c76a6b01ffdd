import {
  Conv,
  interpolate,
  Layer,
  Module,
  type RandomStream,
  Sequential,
  scope,
  type Tensor,
  xavierUniform,
} from '@pcrl/torch';
import type { LossSettings, NetworkSettings2D, NetworkSettings3D } from '../settings/index.js';
import { CommonWidth, EncoderHead } from './comparison-heads.js';
import { DecoderLevel2D, outputActivation } from './decoder-2d.js';
import { DecoderLevel3D } from './decoder-3d.js';
import { cropTo, type DecoderLevel } from './decoder-level.js';
import type { Encoder } from './encoder.js';
import { Encoder3D } from './encoder-3d.js';
import type { Projection } from './heads.js';
import { ResNet18 } from './resnet18.js';

/** Which features of two views are compared. */
export type Comparison = LossSettings['comparison'];

/**
 * The U-shaped network: an encoder, decoder levels from coarse to fine, each with its heads, and a head at
 * full resolution. It has no skip connections (nsUNet) unless its settings ask for them, as an ablation.
 * State-dict keys are those of the official code.
 */
export abstract class NsUNet extends Module {
  abstract readonly encoder: Encoder;
  /** Decoder levels, the coarsest first. */
  abstract readonly levels: readonly DecoderLevel[];
  protected abstract readonly output: Layer;
  /** Channels of the encoder's map beside each level, 0 where there is none. */
  protected abstract readonly skipChannels: readonly number[];
  #encoderHead: EncoderHead | undefined;
  #commonWidth: CommonWidth | undefined;

  /**
   * Feature maps F_1 ... F_depth of a batch `[N, C, ...]`, the coarsest first; nothing finer than
   * `depth` is computed.
   */
  decode(input: Tensor, depth = this.levels.length): readonly Tensor[] {
    return scope(() => this.features(input, depth).slice(1));
  }

  /** The bottleneck F_0 before the maps that {@link decode} gives. */
  features(input: Tensor, depth: number): readonly Tensor[] {
    return scope(() => {
      const size = input.shape.slice(2);
      const encoded = [...this.encoder.features(input)].reverse();
      const maps = [encoded[0]!];
      this.levels.slice(0, depth).forEach((level, index) => {
        const stride = 2 ** (this.levels.length - 1 - index);
        const skip = this.skipChannels[index] ? encoded[index + 1] : undefined;
        const map = level.decode(maps[index]!, skip);
        maps.push(
          cropTo(
            map,
            size.map((length) => Math.ceil(length / stride)),
          ),
        );
      });
      return maps;
    });
  }

  /** Projection and prediction of the bottleneck; for a network built to compare there. */
  projectBottleneck(bottleneck: Tensor): Projection {
    if (!this.#encoderHead) throw new RangeError('this network does not compare the bottleneck');
    return this.#encoderHead.project(bottleneck);
  }

  /**
   * Projections and predictions of the finest levels at a common width, `[N, levels, width]`; for a network
   * built to compare across levels.
   */
  projectTogether(maps: readonly Tensor[]): Projection {
    const common = this.#commonWidth;
    if (!common) throw new RangeError('this network does not compare across levels');
    const first = this.levels.length - maps.length;
    return scope(() => common.together(maps.map((map, at) => this.project(first + at, map))));
  }

  /** Adds the heads that a comparison needs beside those of the levels. */
  protected addComparison(comparison: Comparison, random: RandomStream): void {
    if (comparison === 'encoder') {
      const { channels, axes } = this.encoder;
      const head = new EncoderHead(channels[channels.length - 1]!, axes, random);
      this.#encoderHead = this.child('encoder_head', head);
    }
    if (comparison === 'crossed') {
      const channels = this.levels.map((level) => level.channels);
      this.#commonWidth = this.child('common_width', new CommonWidth(channels, random));
    }
  }

  /** Projection and prediction of F_level. */
  project(level: number, features: Tensor): Projection {
    return this.#level(level).project(features);
  }

  /** The restoration of F_level at this level's own size. */
  restore(level: number, features: Tensor): Tensor {
    return this.#level(level).restore(features);
  }

  /** The restoration of F_level, up-sampled (linear) to the size of the image. */
  restoreFullSize(level: number, features: Tensor): Tensor {
    return scope(() => {
      const restored = this.restore(level, features);
      const scale = 2 ** (this.levels.length - 1 - level);
      return scale === 1 ? restored : interpolate(restored, { scale }, 'linear');
    });
  }

  /** The full-resolution head on the last decoder map. */
  restoreFinest(features: Tensor): Tensor {
    return this.output.forward(features);
  }

  #level(index: number): DecoderLevel {
    const level = this.levels[index];
    if (!level) throw new RangeError(`no decoder level ${index}; there are ${this.levels.length}`);
    return level;
  }
}

const CHANNELS_2D = [256, 128, 64, 32, 16] as const;

/** nsUNet for images `[N, 3, H, W]`: ResNet-18 and five levels, 14,678,226 parameters. */
export class NsUNet2D extends NsUNet {
  readonly encoder: ResNet18;
  readonly levels: readonly DecoderLevel2D[];
  protected readonly output: Sequential;
  protected readonly skipChannels: readonly number[];

  constructor(
    settings: NetworkSettings2D,
    random: RandomStream,
    comparison: Comparison = 'pairwise',
  ) {
    super();
    this.encoder = this.child('model.encoder', new ResNet18(random));
    this.skipChannels = skipChannels(this.encoder, CHANNELS_2D.length, settings);
    this.levels = CHANNELS_2D.map((to, index) => {
      const channels = { from: CHANNELS_2D[index - 1] ?? 512, skip: this.skipChannels[index]!, to };
      const level = new DecoderLevel2D(channels, settings, random);
      return this.child(`model.decoder.blocks.${index}`, level);
    });
    const last = { axes: 2, from: 16, to: 3, kernel: 3, padding: 1, zeroBias: true } as const;
    const head = new Conv({ ...last, initialise: xavierUniform }, random);
    this.output = this.child(
      'model.segmentation_head',
      new Sequential([head, outputActivation(settings)]),
    );
    this.addComparison(comparison, random);
  }
}

const LEVEL_NAMES_3D = ['up_tr256', 'up_tr128', 'up_tr64'] as const;

/** nsUNet for volumes `[N, 1, X, Y, Z]`: three levels, 17,111,434 parameters at width 32. */
export class NsUNet3D extends NsUNet {
  readonly encoder: Encoder3D;
  readonly levels: readonly DecoderLevel3D[];
  protected readonly output: FinalConv3D;
  protected readonly skipChannels: readonly number[];

  constructor(
    settings: NetworkSettings3D,
    random: RandomStream,
    comparison: Comparison = 'pairwise',
  ) {
    super();
    this.encoder = this.child('', new Encoder3D({ width: settings.width }, random));
    const encoderChannels = [...this.encoder.channels].reverse();
    this.skipChannels = skipChannels(this.encoder, LEVEL_NAMES_3D.length, settings);
    this.levels = LEVEL_NAMES_3D.map((name, index) => {
      const [from, to] = [encoderChannels[index]!, encoderChannels[index + 1]!];
      const channels = { from, skip: this.skipChannels[index]!, to };
      return this.child(name, new DecoderLevel3D(channels, settings, random));
    });
    const finest = encoderChannels[encoderChannels.length - 1]!;
    this.output = this.child('out_tr', new FinalConv3D(finest, settings, random));
    this.addComparison(comparison, random);
  }
}

/** Channels of the encoder's map beside each decoder level: 0 where it has none of that size, or none is wanted. */
function skipChannels(
  { channels }: Encoder,
  levels: number,
  { skipConnections }: Pick<NetworkSettings2D, 'skipConnections'>,
): readonly number[] {
  const coarsestFirst = [...channels].reverse();
  return Array.from({ length: levels }, (_, level) =>
    skipConnections ? (coarsestFirst[level + 1] ?? 0) : 0,
  );
}

/** Conv 1x1x1 to one channel and the activation. */
class FinalConv3D extends Layer {
  readonly #convolution: Conv;
  readonly #activation: Layer;

  constructor(
    from: number,
    settings: Pick<NetworkSettings3D, 'outputActivation'>,
    random: RandomStream,
  ) {
    super();
    this.#convolution = this.child(
      'final_conv',
      new Conv({ axes: 3, from, to: 1, kernel: 1 }, random),
    );
    this.#activation = outputActivation(settings);
  }

  forward(input: Tensor): Tensor {
    return scope(() => this.#activation.forward(this.#convolution.forward(input)));
  }
}
