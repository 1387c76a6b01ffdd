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
import type { NetworkSettings2D, NetworkSettings3D } from '../settings/index.js';
import { DecoderLevel2D, outputActivation } from './decoder-2d.js';
import { DecoderLevel3D } from './decoder-3d.js';
import type { DecoderLevel } from './decoder-level.js';
import type { Encoder } from './encoder.js';
import { Encoder3D } from './encoder-3d.js';
import type { Projection } from './heads.js';
import { ResNet18 } from './resnet18.js';

/**
 * The U-shaped network without skip connections: an encoder, decoder levels from coarse to fine, each
 * with its heads, and a head at full resolution. State-dict keys are those of the official code.
 */
export abstract class NsUNet extends Module {
  abstract readonly encoder: Encoder;
  /** Decoder levels, the coarsest first. */
  abstract readonly levels: readonly DecoderLevel[];
  protected abstract readonly output: Layer;

  /**
   * Feature maps F_1 ... F_depth of a batch `[N, C, ...]`, the coarsest first; nothing finer than
   * `depth` is computed.
   */
  decode(input: Tensor, depth = this.levels.length): readonly Tensor[] {
    return scope(() => {
      const maps: Tensor[] = [];
      const size = input.shape.slice(2);
      let current = this.encoder.encode(input);
      this.levels.slice(0, depth).forEach((level, index) => {
        const stride = 2 ** (this.levels.length - 1 - index);
        current = cropTo(level.decode(current), size, stride);
        maps.push(current);
      });
      return maps;
    });
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

/**
 * Takes off what up-sampling added at the far ends: an encoder map of odd length, 7 say, comes back from
 * the next coarser one, 4, as 8. The map then has ceil(size / stride) entries along each axis.
 */
function cropTo(map: Tensor, size: readonly number[], stride: number): Tensor {
  return size.reduce((cropped, length, axis) => {
    const wanted = Math.ceil(length / stride);
    return cropped.dimension(axis + 2) > wanted ? cropped.narrow(axis + 2, 0, wanted) : cropped;
  }, map);
}

const CHANNELS_2D = [256, 128, 64, 32, 16] as const;

/** nsUNet for images `[N, 3, H, W]`: ResNet-18 and five levels, 14,678,226 parameters. */
export class NsUNet2D extends NsUNet {
  readonly encoder: ResNet18;
  readonly levels: readonly DecoderLevel2D[];
  protected readonly output: Sequential;

  constructor(settings: NetworkSettings2D, random: RandomStream) {
    super();
    this.encoder = this.child('model.encoder', new ResNet18(random));
    this.levels = CHANNELS_2D.map((channels, index) => {
      const level = new DecoderLevel2D(CHANNELS_2D[index - 1] ?? 512, channels, settings, random);
      return this.child(`model.decoder.blocks.${index}`, level);
    });
    const last = { axes: 2, from: 16, to: 3, kernel: 3, padding: 1, zeroBias: true } as const;
    const head = new Conv({ ...last, initialise: xavierUniform }, random);
    this.output = this.child(
      'model.segmentation_head',
      new Sequential([head, outputActivation(settings)]),
    );
  }
}

const LEVEL_NAMES_3D = ['up_tr256', 'up_tr128', 'up_tr64'] as const;

/** nsUNet for volumes `[N, 1, X, Y, Z]`: three levels, 17,111,434 parameters at width 32. */
export class NsUNet3D extends NsUNet {
  readonly encoder: Encoder3D;
  readonly levels: readonly DecoderLevel3D[];
  protected readonly output: FinalConv3D;

  constructor(settings: NetworkSettings3D, random: RandomStream) {
    super();
    this.encoder = this.child('', new Encoder3D({ width: settings.width }, random));
    const encoderChannels = [...this.encoder.channels].reverse();
    this.levels = LEVEL_NAMES_3D.map((name, index) => {
      const [from, to] = [encoderChannels[index]!, encoderChannels[index + 1]!];
      return this.child(name, new DecoderLevel3D(from, to, settings, random));
    });
    const finest = encoderChannels[encoderChannels.length - 1]!;
    this.output = this.child('out_tr', new FinalConv3D(finest, settings, random));
  }
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
