import { type BatchNorm, type Layer, Module, type Sequential, type Tensor } from '@pcrl/torch';
import { type Projection, project } from './heads.js';

/** One level of the decoder with its own three heads; levels share no weights. */
export abstract class DecoderLevel extends Module {
  abstract readonly channels: number;
  protected abstract readonly projectionNorm: BatchNorm;
  protected abstract readonly predictor: Sequential;
  protected abstract readonly restoration: Layer;

  /** F_i = CBR(CBR(Up(F_{i-1}))): twice the size of `coarser` along each axis. */
  abstract decode(coarser: Tensor): Tensor;

  /** The projection and prediction of this level's features (eq. 5 and 6). */
  project(features: Tensor): Projection {
    return project(features, this.projectionNorm, this.predictor);
  }

  /** f_i^R(F_i): the restored image at this level's own size (eq. 2 and 3). */
  restore(features: Tensor): Tensor {
    return this.restoration.forward(features);
  }
}
