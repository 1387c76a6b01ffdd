import {
  type BatchNorm,
  type Conv,
  conv,
  type Layer,
  Module,
  type Sequential,
  type Tensor,
} from '@pcrl/torch';
import { type Projection, project } from './heads.js';

/** Channels of a decoder level: of the map it doubles, of the encoder's map beside it (0: none), its own. */
export interface LevelChannels {
  readonly from: number;
  readonly skip: number;
  readonly to: number;
}

/** One level of the decoder with its own three heads; levels share no weights. */
export abstract class DecoderLevel extends Module {
  abstract readonly channels: number;
  protected abstract readonly projectionNorm: BatchNorm;
  protected abstract readonly predictor: Sequential;
  protected abstract readonly restoration: Layer;

  /**
   * F_i = CBR(CBR(Up(F_{i-1}))): twice the size of `coarser` along each axis.
   *
   * @param skip the encoder's map of that size, for a level that was built with one; where it is smaller
   *   at the far ends, so is F_i
   */
  abstract decode(coarser: Tensor, skip?: Tensor): Tensor;

  /** The projection and prediction of this level's features (eq. 5 and 6). */
  project(features: Tensor): Projection {
    return project(features, this.projectionNorm, this.predictor);
  }

  /** f_i^R(F_i): the restored image at this level's own size (eq. 2 and 3). */
  restore(features: Tensor): Tensor {
    return this.restoration.forward(features);
  }
}

/** The part of a first convolution that reads the up-sampled map; the rest reads the skip connection. */
export function weightOfUpsampled(first: Conv, from: number): Tensor {
  return first.weight.dimension(1) === from ? first.weight : first.weight.narrow(1, 0, from);
}

/**
 * What the first convolution of `[up, skip]` gives, from what it gave of `up`: the sum of its convolutions
 * of either. So that of the up-sampled map can be fused with the up-sampling.
 */
export function addSkip(ofUpsampled: Tensor, skip: Tensor, first: Conv, from: number): Tensor {
  const weight = first.weight.narrow(1, from, skip.dimension(1));
  const ofSkip = conv(skip, weight, null, { padding: 1 });
  return cropTo(ofUpsampled, skip.shape.slice(2)).add(ofSkip);
}

/**
 * Takes off what up-sampling added at the far ends: an encoder map of odd length, 7 say, comes back from
 * the next coarser one, 4, as 8.
 */
export function cropTo(map: Tensor, size: readonly number[]): Tensor {
  return size.reduce(
    (cropped, length, axis) =>
      cropped.dimension(axis + 2) > length ? cropped.narrow(axis + 2, 0, length) : cropped,
    map,
  );
}
