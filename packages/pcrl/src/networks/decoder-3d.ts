import {
  BatchNorm,
  Conv,
  ConvTranspose,
  Layer,
  type RandomStream,
  ReLU,
  Sequential,
  scope,
  type Tensor,
} from '@pcrl/torch';
import type { NetworkSettings3D } from '../settings/index.js';
import { outputActivation } from './decoder-2d.js';
import { addSkip, DecoderLevel, type LevelChannels, weightOfUpsampled } from './decoder-level.js';
import { DoubleUnit3D } from './encoder-3d.js';
import { transposedConvThenConv, upsampledConv } from './fused-upsampling.js';
import { predictorHead } from './heads.js';
import { OneChannelConv3D } from './one-channel-conv.js';

/** What a network's settings say of the decoder's parts. */
export type Decoder3DSettings = Pick<
  NetworkSettings3D,
  'upsampling' | 'restorationHead' | 'outputActivation'
>;

/** A decoder level for volumes: a transposed convolution 2x2x2, then two units. */
export class DecoderLevel3D extends DecoderLevel {
  readonly channels: number;
  protected readonly projectionNorm: BatchNorm;
  protected readonly predictor: Sequential;
  protected readonly restoration: Layer;
  readonly #up: ConvTranspose | null;
  readonly #units: DoubleUnit3D;

  readonly #from: number;

  constructor(
    { from, to: channels, skip }: LevelChannels,
    settings: Decoder3DSettings,
    random: RandomStream,
  ) {
    super();
    this.channels = channels;
    this.#from = from;
    const up = { axes: 3, from, to: from, kernel: 2, stride: 2 } as const;
    this.#up =
      settings.upsampling === 'transposed'
        ? this.child('up_conv', new ConvTranspose(up, random))
        : null;
    this.#units = this.child(
      'ops',
      new DoubleUnit3D([from + skip, channels, channels], random, 'batch'),
    );
    this.projectionNorm = this.child('bn', new BatchNorm(channels));
    this.predictor = this.child('predictor_head', predictorHead(channels, 3, random));
    this.restoration = this.child(
      'deep_supervision_head',
      restorationHead3D(channels, settings, random),
    );
  }

  decode(coarser: Tensor, skip?: Tensor): Tensor {
    return scope(() => {
      const { first, second } = this.#units;
      const weight = weightOfUpsampled(first.convolution, this.#from);
      const { bias } = first.convolution;
      const ofUpsampled = this.#up
        ? transposedConvThenConv(coarser, this.#up, { weight, bias })
        : upsampledConv(coarser, weight, bias);
      const convolved = skip
        ? addSkip(ofUpsampled, skip, first.convolution, this.#from)
        : ofUpsampled;
      return second.forward(first.activate(convolved));
    });
  }
}

/** One convolution to one channel, BN and the activation, as the official code has it. */
class OfficialRestoration3D extends Layer {
  readonly #steps: readonly Layer[];

  constructor(channels: number, activation: Layer, random: RandomStream) {
    super();
    const convolution = this.child('conv1', new OneChannelConv3D(channels, random));
    const norm = this.child('bn1', new BatchNorm(1));
    this.#steps = [convolution, norm, activation];
  }

  forward(input: Tensor): Tensor {
    return scope(() => this.#steps.reduce((value, layer) => layer.forward(value), input));
  }
}

function restorationHead3D(
  channels: number,
  settings: Decoder3DSettings,
  random: RandomStream,
): Layer {
  const activation = outputActivation(settings);
  if (settings.restorationHead === 'official') {
    return new OfficialRestoration3D(channels, activation, random);
  }
  const shape = { axes: 3, from: channels, to: channels, kernel: 3, padding: 1 } as const;
  return new Sequential([
    new Conv(shape, random),
    new BatchNorm(channels),
    new ReLU(true),
    new OneChannelConv3D(channels, random),
    activation,
  ]);
}
