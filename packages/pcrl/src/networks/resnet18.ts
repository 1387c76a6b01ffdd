import {
  BatchNorm,
  Conv,
  kaimingNormalFanOut,
  Layer,
  maxPool,
  type RandomStream,
  ReLU,
  Sequential,
  scope,
  type Tensor,
} from '@pcrl/torch';
import { Encoder } from './encoder.js';

const STAGE_CHANNELS = [64, 128, 256, 512] as const;

function convolution(
  { from, to, kernel, stride = 1 }: { from: number; to: number; kernel: number; stride?: number },
  random: RandomStream,
): Conv {
  const padding = (kernel - 1) / 2;
  const shared = { axes: 2, bias: false, initialise: kaimingNormalFanOut } as const;
  return new Conv({ ...shared, from, to, kernel, stride, padding }, random);
}

/** Two 3x3 convolutions and a shortcut (He et al., 2016), under torchvision's names. */
class BasicBlock extends Layer {
  readonly #main: readonly Layer[];
  readonly #shortcut: Sequential | null;

  constructor(from: number, to: number, stride: number, random: RandomStream) {
    super();
    const conv1 = this.child('conv1', convolution({ from, to, kernel: 3, stride }, random));
    const bn1 = this.child('bn1', new BatchNorm(to));
    const conv2 = this.child('conv2', convolution({ from: to, to, kernel: 3 }, random));
    const bn2 = this.child('bn2', new BatchNorm(to));
    this.#main = [conv1, bn1, new ReLU(true), conv2, bn2];
    this.#shortcut =
      stride === 1 && from === to
        ? null
        : this.child(
            'downsample',
            new Sequential([
              convolution({ from, to, kernel: 1, stride }, random),
              new BatchNorm(to),
            ]),
          );
  }

  forward(input: Tensor): Tensor {
    return scope(() => {
      const main = this.#main.reduce((value, layer) => layer.forward(value), input);
      const shortcut = this.#shortcut ? this.#shortcut.forward(input) : input;
      return new ReLU(true).forward(main.add_(shortcut));
    });
  }
}

/**
 * torchvision's ResNet-18 without its pooling and classifier: 11,176,512 parameters, stride 32.
 *
 * Feature maps of `[N, 3, H, W]`: 64 channels at stride 2, then 64, 128, 256, 512 at strides 4 to 32.
 */
export class ResNet18 extends Encoder {
  readonly axes = 2;
  readonly channels = [64, ...STAGE_CHANNELS];
  readonly #stem: Sequential['layers'];
  readonly #stages: readonly Sequential[];

  constructor(random: RandomStream, inputChannels = 3) {
    super();
    const stem = new Conv(
      {
        axes: 2,
        from: inputChannels,
        to: 64,
        kernel: 7,
        stride: 2,
        padding: 3,
        bias: false,
        initialise: kaimingNormalFanOut,
      },
      random,
    );
    this.#stem = [this.child('conv1', stem), this.child('bn1', new BatchNorm(64)), new ReLU(true)];
    this.#stages = STAGE_CHANNELS.map((to, stage) => {
      const from = STAGE_CHANNELS[stage - 1] ?? 64;
      const first = new BasicBlock(from, to, stage === 0 ? 1 : 2, random);
      const blocks = new Sequential([first, new BasicBlock(to, to, 1, random)]);
      return this.child(`layer${stage + 1}`, blocks);
    });
  }

  features(input: Tensor): readonly Tensor[] {
    return scope(() => {
      const stem = this.#stem.reduce((value, layer) => layer.forward(value), input);
      const maps = [stem];
      let current = maxPool(stem, { window: 3, stride: 2, padding: 1 });
      for (const stage of this.#stages) {
        current = stage.forward(current);
        maps.push(current);
      }
      return maps;
    });
  }
}
