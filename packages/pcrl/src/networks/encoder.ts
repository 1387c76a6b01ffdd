import { Module, type Tensor } from '@pcrl/torch';

/** Turns an image into feature maps, from fine to coarse. */
export abstract class Encoder extends Module {
  /** Spatial axes: 2 for images, 3 for volumes. */
  abstract readonly axes: 2 | 3;
  /** Channels of each map that `features` gives. */
  abstract readonly channels: readonly number[];

  /**
   * The feature maps of `[N, C, ...]`, the finest first; the last is the bottleneck F_0 that the decoder
   * starts from, the others are what skip connections take.
   */
  abstract features(input: Tensor): readonly Tensor[];

  /** The bottleneck alone. */
  encode(input: Tensor): Tensor {
    const maps = this.features(input);
    return maps[maps.length - 1]!;
  }
}
