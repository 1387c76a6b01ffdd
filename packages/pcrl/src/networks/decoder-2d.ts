import {
  BatchNorm,
  Conv,
  ConvTranspose,
  conv,
  kaimingUniform,
  type Layer,
  type RandomStream,
  ReLU,
  Sequential,
  Sigmoid,
  scope,
  type Tensor,
} from '@pcrl/torch';
import type { NetworkSettings2D } from '../settings/index.js';
import { addSkip, DecoderLevel, type LevelChannels, weightOfUpsampled } from './decoder-level.js';
import { upsampledConv } from './fused-upsampling.js';
import { Identity, predictorHead } from './heads.js';

const IMAGE_CHANNELS = 3;

function conv3(from: number, to: number, bias: boolean, random: RandomStream): Conv {
  const shape = { axes: 2, from, to, kernel: 3, padding: 1 } as const;
  return new Conv({ ...shape, bias, initialise: kaimingUniform, zeroBias: true }, random);
}

/** What a network's settings say of the decoder's parts. */
export type Decoder2DSettings = Pick<
  NetworkSettings2D,
  'upsampling' | 'restorationHead' | 'outputActivation'
>;

/** A decoder level for images: up-sampling, then conv3x3-BN-ReLU twice. */
export class DecoderLevel2D extends DecoderLevel {
  readonly channels: number;
  protected readonly projectionNorm: BatchNorm;
  protected readonly predictor: Sequential;
  protected readonly restoration: Layer;
  readonly #first: Conv;
  readonly #afterFirst: readonly Layer[];
  readonly #second: Sequential;
  readonly #transposed: ConvTranspose | null;

  readonly #from: number;

  constructor(
    { from, to: channels, skip }: LevelChannels,
    settings: Decoder2DSettings,
    random: RandomStream,
  ) {
    super();
    this.channels = channels;
    this.#from = from;
    const up = { axes: 2, from, to: from, kernel: 2, stride: 2 } as const;
    this.#transposed =
      settings.upsampling === 'transposed'
        ? this.child('up_conv', new ConvTranspose(up, random))
        : null;
    this.#first = conv3(from + skip, channels, false, random);
    const norm = new BatchNorm(channels);
    this.child('conv1', new Sequential([this.#first, norm]));
    this.#afterFirst = [norm, new ReLU(true)];
    this.#second = this.child(
      'conv2',
      new Sequential([
        conv3(channels, channels, false, random),
        new BatchNorm(channels),
        new ReLU(true),
      ]),
    );
    this.projectionNorm = this.child('bn', new BatchNorm(channels));
    this.restoration = this.child(
      'deep_supervision_head',
      restorationHead2D(channels, settings, random),
    );
    this.predictor = this.child('predictor_head', predictorHead(channels, 2, random));
  }

  decode(coarser: Tensor, skip?: Tensor): Tensor {
    return scope(() => {
      const weight = weightOfUpsampled(this.#first, this.#from);
      const ofUpsampled = this.#transposed
        ? conv(this.#transposed.forward(coarser), weight, null, { padding: 1 })
        : upsampledConv(coarser, weight);
      const convolved = skip ? addSkip(ofUpsampled, skip, this.#first, this.#from) : ofUpsampled;
      const activated = this.#afterFirst.reduce((value, layer) => layer.forward(value), convolved);
      return this.#second.forward(activated);
    });
  }
}

/** conv3-BN-ReLU-conv1 as in the official code, or conv3-BN-ReLU-conv3 as the paper's text has it. */
function restorationHead2D(
  channels: number,
  settings: Decoder2DSettings,
  random: RandomStream,
): Sequential {
  const last =
    settings.restorationHead === 'paper'
      ? conv3(channels, IMAGE_CHANNELS, true, random)
      : new Conv(
          {
            axes: 2,
            from: channels,
            to: IMAGE_CHANNELS,
            kernel: 1,
            initialise: kaimingUniform,
            zeroBias: true,
          },
          random,
        );
  return new Sequential([
    conv3(channels, channels, true, random),
    new BatchNorm(channels),
    new ReLU(true),
    last,
    outputActivation(settings),
  ]);
}

/** The activation after every restoration. */
export function outputActivation(settings: Pick<Decoder2DSettings, 'outputActivation'>): Layer {
  return settings.outputActivation === 'sigmoid' ? new Sigmoid() : new Identity();
}
