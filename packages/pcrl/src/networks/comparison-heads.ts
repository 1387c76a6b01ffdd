import {
  BatchNorm,
  linear,
  Module,
  type RandomStream,
  type Sequential,
  scope,
  stack,
  type Tensor,
  xavierUniform,
} from '@pcrl/torch';
import { type Projection, predictorHead, project } from './heads.js';

/** Projection and predictor of the encoder's last map, where that is what views are compared by. */
export class EncoderHead extends Module {
  readonly #norm: BatchNorm;
  readonly #predictor: Sequential;

  constructor(channels: number, axes: 2 | 3, random: RandomStream) {
    super();
    this.#norm = this.child('bn', new BatchNorm(channels));
    this.#predictor = this.child('predictor_head', predictorHead(channels, axes, random));
  }

  /** Projects and predicts from the bottleneck `[N, C, ...]`. */
  project(bottleneck: Tensor): Projection {
    return project(bottleneck, this.#norm, this.#predictor);
  }
}

/**
 * Linear maps, one for each decoder level, that bring vectors of different levels to one width, so that
 * they can be compared across levels. The paper names none; this width is that of the coarsest level.
 */
export class CommonWidth extends Module {
  readonly #weights: readonly Tensor[];

  /** @param channels of every level, the coarsest (and widest) first */
  constructor(channels: readonly number[], random: RandomStream) {
    super();
    const width = Math.max(...channels);
    this.#weights = channels.map((from, level) =>
      this.parameter(`${level}.weight`, xavierUniform([width, from], random)),
    );
  }

  /**
   * Projections of the finest levels, side by side.
   *
   * @param projections of those levels, the finest last, each `[N, C]`
   * @returns both parts as `[N, levels, width]`
   */
  together(projections: readonly Projection[]): Projection {
    return scope(() => {
      const weights = this.#weights.slice(-projections.length);
      const side = (part: keyof Projection) =>
        stack(
          projections.map((projection, at) => linear(projection[part], weights[at]!, null)),
          1,
        );
      return { projected: side('projected'), predicted: side('predicted') };
    });
  }
}
