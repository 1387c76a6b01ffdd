import type { Tensor } from '@pcrl/torch';
import { TaskNetwork } from './task.js';

/** How wide a segmentation network is at its beginning and its end. */
export interface SegmentationShape {
  /** Channels of the first convolution. */
  readonly width: number;
  readonly classes: number;
  readonly inputChannels?: number;
}

/** A network that segments volumes: logits `[N, K, X, Y, Z]` of `[N, C, X, Y, Z]`. */
export abstract class VolumeNetwork extends TaskNetwork {
  /** Logits of the input's size that training sees beside those of {@link forward}, which come last. */
  outputs(input: Tensor): readonly Tensor[] {
    return [this.forward(input)];
  }
}
