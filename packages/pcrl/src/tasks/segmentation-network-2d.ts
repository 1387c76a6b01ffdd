import {
  BatchNorm,
  Conv,
  kaimingUniform,
  Layer,
  type RandomStream,
  ReLU,
  Sequential,
  scope,
  type Tensor,
  xavierUniform,
} from '@pcrl/torch';
import { addSkip, cropTo, weightOfUpsampled } from '../networks/decoder-level.js';
import { upsampledConv } from '../networks/fused-upsampling.js';
import { ResNet18 } from '../networks/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import { TaskNetwork } from './task.js';

/** Of the decoder's levels, the coarsest first. */
const CHANNELS = [256, 128, 64, 32, 16] as const;

/** Nearest-neighbour up-sampling, the encoder's map of that size beside it, conv3x3-BN-ReLU twice. */
class SegmentationLevel2D extends Layer {
  readonly #first: Conv;
  readonly #afterFirst: readonly Layer[];
  readonly #second: Sequential;
  readonly #from: number;

  constructor(
    { from, skip, to }: { readonly from: number; readonly skip: number; readonly to: number },
    random: RandomStream,
  ) {
    super();
    this.#from = from;
    const shape = { axes: 2, kernel: 3, padding: 1, bias: false } as const;
    const convolution = (channels: number) =>
      new Conv({ ...shape, from: channels, to, initialise: kaimingUniform }, random);
    this.#first = convolution(from + skip);
    const norm = new BatchNorm(to);
    this.child('conv1', new Sequential([this.#first, norm]));
    this.#afterFirst = [norm, new ReLU(true)];
    const second = [convolution(to), new BatchNorm(to), new ReLU(true)];
    this.#second = this.child('conv2', new Sequential(second));
  }

  forward(coarser: Tensor, skip?: Tensor): Tensor {
    return scope(() => {
      const ofUpsampled = upsampledConv(coarser, weightOfUpsampled(this.#first, this.#from));
      const convolved = skip ? addSkip(ofUpsampled, skip, this.#first, this.#from) : ofUpsampled;
      const activated = this.#afterFirst.reduce((value, layer) => layer.forward(value), convolved);
      return this.#second.forward(activated);
    });
  }
}

/**
 * ResNet-18 and the decoder of nsUNet in 2D, with skip connections where the settings say so. Keys are those of
 * the official network; a skip connection widens the first convolution of its level.
 */
export class SegmentationNetwork2D extends TaskNetwork {
  readonly encoder: ResNet18;
  readonly #levels: readonly SegmentationLevel2D[];
  readonly #output: Conv;
  readonly #skips: boolean;

  constructor(
    { skipConnections }: Pick<SegmentationSettings['network'], 'skipConnections'>,
    classes: number,
    random: RandomStream,
  ) {
    super();
    this.encoder = this.child('model.encoder', new ResNet18(random));
    this.#skips = skipConnections;
    const beside = [...this.encoder.channels].reverse();
    this.#levels = CHANNELS.map((to, index) => {
      const from = CHANNELS[index - 1] ?? beside[0]!;
      const skip = skipConnections ? (beside[index + 1] ?? 0) : 0;
      const level = new SegmentationLevel2D({ from, skip, to }, random);
      return this.child(`model.decoder.blocks.${index}`, level);
    });
    const shape = { axes: 2, from: CHANNELS.at(-1)!, to: classes, kernel: 3, padding: 1 } as const;
    const output = new Conv({ ...shape, initialise: xavierUniform, zeroBias: true }, random);
    this.#output = output;
    this.child('model.segmentation_head', new Sequential([output]));
  }

  /** Logits `[N, K, H, W]` of pictures `[N, 3, H, W]`. */
  forward(input: Tensor): Tensor {
    return scope(() => {
      const maps = [...this.encoder.features(input)].reverse();
      let current = maps[0]!;
      this.#levels.forEach((level, index) => {
        current = level.forward(current, this.#skips ? maps[index + 1] : undefined);
        const stride = 2 ** (this.#levels.length - 1 - index);
        const size = input.shape.slice(2).map((side) => Math.ceil(side / stride));
        current = cropTo(current, size);
      });
      return this.#output.forward(current);
    });
  }
}
