import {
  Conv,
  ConvTranspose,
  conv,
  Module,
  type RandomStream,
  scope,
  type Tensor,
} from '@pcrl/torch';
import { transposedConvThenConv } from '../networks/fused-upsampling.js';
import { DoubleUnit3D, Encoder3D } from '../networks/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import { TaskNetwork } from './task.js';

const LEVEL_NAMES = ['up_tr256', 'up_tr128', 'up_tr64'] as const;

/** A transposed convolution 2x2x2, the encoder's map of that size beside it, two units. */
class SegmentationLevel extends Module {
  readonly #up: ConvTranspose;
  readonly #units: DoubleUnit3D;
  readonly #from: number;

  constructor(
    { from, skip, to }: { readonly from: number; readonly skip: number; readonly to: number },
    normalisation: 'batch' | 'group',
    random: RandomStream,
  ) {
    super();
    this.#from = from;
    const up = { axes: 3, from, to: from, kernel: 2, stride: 2 } as const;
    this.#up = this.child('up_conv', new ConvTranspose(up, random));
    this.#units = this.child('ops', new DoubleUnit3D([from + skip, to, to], random, normalisation));
  }

  /**
   * The first convolution of `[up, skip]` is the sum of its convolutions of either: so that of the
   * up-sampled map can be fused with the up-sampling.
   */
  decode(coarser: Tensor, skip: Tensor | null): Tensor {
    return scope(() => {
      const { first, second } = this.#units;
      const { weight, bias } = first.convolution;
      const ofUp = { weight: weight.narrow(1, 0, this.#from), bias };
      const convolved = transposedConvThenConv(coarser, this.#up, ofUp);
      if (skip) {
        const ofSkip = weight.narrow(1, this.#from, skip.dimension(1));
        convolved.add_(conv(skip, ofSkip, null, { padding: 1 }));
      }
      return second.forward(first.activate(convolved));
    });
  }
}

/** How wide a segmentation network is at its beginning and its end. */
export interface SegmentationShape {
  /** Channels of the first convolution. */
  readonly width: number;
  readonly classes: number;
  readonly inputChannels?: number;
}

/**
 * The 3D encoder and a decoder of three levels, with skip connections where the settings say so. Keys are
 * those of the official network; a skip connection widens the first convolution of its level.
 */
export class SegmentationNetwork3D extends TaskNetwork {
  readonly encoder: Encoder3D;
  readonly #levels: readonly SegmentationLevel[];
  readonly #output: Conv;
  readonly #skips: boolean;

  constructor(
    settings: SegmentationSettings['network'],
    { width, classes, inputChannels = 1 }: SegmentationShape,
    random: RandomStream,
  ) {
    super();
    const { normalisation, skipConnections } = settings;
    this.encoder = this.child('', new Encoder3D({ width, normalisation, inputChannels }, random));
    this.#skips = skipConnections;
    const channels = [...this.encoder.channels].reverse();
    this.#levels = LEVEL_NAMES.map((name, index) => {
      const [from, to] = [channels[index]!, channels[index + 1]!];
      const shape = { from, to, skip: skipConnections ? to : 0 };
      return this.child(name, new SegmentationLevel(shape, normalisation, random));
    });
    const last = { axes: 3, from: channels[3]!, to: classes, kernel: 1 } as const;
    this.#output = this.child('out_tr.final_conv', new Conv(last, random));
  }

  /** Logits `[N, K, X, Y, Z]` of volumes `[N, C, X, Y, Z]`, each axis a multiple of 8. */
  forward(input: Tensor): Tensor {
    return scope(() => {
      const maps = [...this.encoder.features(input)].reverse();
      let current = maps[0]!;
      this.#levels.forEach((level, index) => {
        current = level.decode(current, this.#skips ? maps[index + 1]! : null);
      });
      return this.#output.forward(current);
    });
  }
}
