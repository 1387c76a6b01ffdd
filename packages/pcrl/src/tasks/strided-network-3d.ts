import {
  Conv,
  Dropout,
  GroupNorm,
  interpolate,
  Layer,
  maxPool,
  noGrad,
  type RandomStream,
  ReLU,
  scope,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { Encoder3D } from '../networks/index.js';
import { LEVEL_NAMES, SegmentationLevel3D } from './segmentation-level-3d.js';
import { type SegmentationShape, VolumeNetwork } from './volume-network.js';

const GROUPS = 8;
/** Negative slope of the leaky ReLU that weights are initialised for. */
const SLOPE = 0.25;
/** Decoder levels with an output of their own, beside the last: of 16 times, 8 times and twice the voxel. */
const WITH_OUTPUT = [0, 1, 3] as const;

/** The convolution that halves the input. */
class StridedBeginning extends Layer {
  readonly #steps: readonly Layer[];

  constructor(from: number, to: number, random: RandomStream) {
    super();
    const shape = { axes: 3, from, to, kernel: 3, padding: 1, stride: 2 } as const;
    this.#steps = [
      this.child('conv1', new Conv(shape, random)),
      this.child('bn1', new GroupNorm(GROUPS, to)),
      new ReLU(true),
    ];
  }

  forward(input: Tensor): Tensor {
    return scope(() => this.#steps.reduce((value, layer) => layer.forward(value), input));
  }
}

/**
 * The network that the released code has for LiTS (section 5.3 of the methods): the encoder behind a strided
 * convolution and a pooling, decoder levels with skip connections, one more level beside the first
 * convolution's map, and outputs at four depths that training sees. Group normalisation throughout.
 *
 * Where dropout lies is not said: here behind the two deepest maps of the encoder and the first three levels.
 */
export class StridedNetwork3D extends VolumeNetwork {
  /** Each axis of an input is a multiple of this. */
  static readonly multiple = 32;
  readonly encoder: Encoder3D;
  /** It reads the first convolution's map, not the image. */
  override readonly newInEncoder = ['down_tr64.'];
  readonly #beginning: StridedBeginning;
  readonly #levels: readonly SegmentationLevel3D[];
  readonly #dropouts: readonly Dropout[];
  readonly #side: readonly Conv[];
  readonly #output: Conv;

  constructor(
    dropout: number,
    { width, classes, inputChannels = 1 }: SegmentationShape,
    random: RandomStream,
  ) {
    super();
    this.#beginning = this.child('beginning', new StridedBeginning(inputChannels, width, random));
    const shape = { width, inputChannels: width, normalisation: 'group' } as const;
    this.encoder = this.child('', new Encoder3D(shape, random));
    const channels = [...this.encoder.channels].reverse();
    const widths = [...channels, width];
    this.#levels = [...LEVEL_NAMES, 'up_tr32'].map((name, index) => {
      const [from, to] = [widths[index]!, widths[index + 1]!];
      return this.child(name, new SegmentationLevel3D({ from, to, skip: to }, 'group', random));
    });
    const toClasses = (from: number) =>
      new Conv({ axes: 3, from, to: classes, kernel: 1 } as const, random);
    this.#side = WITH_OUTPUT.map((level, index) =>
      this.child(`side_outputs.${index}`, toClasses(widths[level + 1]!)),
    );
    this.#output = this.child('out_tr.final_conv', toClasses(width));
    // Behind the deepest map, the one above it, and three levels.
    this.#dropouts = Array.from({ length: 5 }, () => new Dropout(dropout));
    this.#dropouts.forEach((layer, index) => {
      this.child(`dropout.${index}`, layer);
    });
    initialiseForLeakyReLU(this, random);
  }

  override drawFrom(random: RandomStream): void {
    for (const layer of this.#dropouts) layer.drawFrom(random);
  }

  /** Logits `[N, K, X, Y, Z]` of volumes `[N, C, X, Y, Z]`, each axis a multiple of 32. */
  forward(input: Tensor): Tensor {
    return scope(() => this.#last(this.#decoded(input).at(-1)!));
  }

  override outputs(input: Tensor): readonly Tensor[] {
    return scope(() => {
      const size = input.shape.slice(2);
      const decoded = this.#decoded(input);
      const side = this.#side.map((layer, index) => {
        const map = decoded[WITH_OUTPUT[index]!]!;
        return interpolate(layer.forward(map), { size }, 'linear');
      });
      return [...side, this.#last(decoded.at(-1)!)];
    });
  }

  /** A convolution of single voxels gives the same before up-sampling as after it, on an eighth of them. */
  #last(map: Tensor): Tensor {
    return interpolate(this.#output.forward(map), { scale: 2 }, 'linear');
  }

  /** The maps of the levels, the coarsest first. */
  #decoded(input: Tensor): readonly Tensor[] {
    const beginning = this.#beginning.forward(input);
    const maps = this.encoder.features(maxPool(beginning, { window: 2 }));
    const [first, second, third, deepest] = maps as [Tensor, Tensor, Tensor, Tensor];
    const drop = (place: number, map: Tensor) => this.#dropouts[place]?.forward(map) ?? map;
    const skips = [drop(1, third), second, first, beginning];
    const decoded: Tensor[] = [];
    let current = drop(0, deepest);
    this.#levels.forEach((level, index) => {
      current = drop(2 + index, level.decode(current, skips[index]!));
      decoded.push(current);
    });
    return decoded;
  }
}

/** He et al. (2015): normal, variance 2 / ((1 + slope^2) fan-in); biases 0. */
function initialiseForLeakyReLU(net: StridedNetwork3D, random: RandomStream): void {
  noGrad(() =>
    scope(() => {
      for (const [name, parameter] of net.namedParameters()) {
        const { shape, size } = parameter;
        if (shape.length > 1) {
          const deviation = Math.sqrt(2 / ((1 + SLOPE ** 2) * (size / shape[0]!)));
          const drawn = random.fillNormal(new Float32Array(size), 0, deviation);
          parameter.copy_(tensor(drawn, shape));
        } else if (/conv\d?\.bias$|outputs\.\d\.bias$/.test(name)) parameter.fill_(0);
      }
    }),
  );
}
