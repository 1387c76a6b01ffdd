import { Conv, type RandomStream, scope, type Tensor } from '@pcrl/torch';
import { Encoder3D } from '../networks/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import { LEVEL_NAMES, SegmentationLevel3D } from './segmentation-level-3d.js';
import { type SegmentationShape, VolumeNetwork } from './volume-network.js';

/**
 * The 3D encoder and a decoder of three levels, with skip connections where the settings say so. Keys are
 * those of the official network; a skip connection widens the first convolution of its level.
 */
export class SegmentationNetwork3D extends VolumeNetwork {
  /** Each axis of an input is a multiple of this. */
  static readonly multiple = 8;
  readonly encoder: Encoder3D;
  readonly #levels: readonly SegmentationLevel3D[];
  readonly #output: Conv;
  readonly #skips: boolean;

  constructor(
    settings: Pick<SegmentationSettings['network'], 'normalisation' | 'skipConnections'>,
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
      return this.child(name, new SegmentationLevel3D(shape, normalisation, random));
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
