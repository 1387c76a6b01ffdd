import type { Tensor } from '@pcrl/torch';
import type { NsUNet, Projection } from '../networks/index.js';
import type { LossSettings } from '../settings/index.js';

/** One view (or all local views) after its forward pass, its projections made when first asked for. */
export class ViewFeatures {
  /** F_0 and the decoder's maps, the coarsest first. */
  readonly #maps: readonly Tensor[];
  readonly #projections = new Map<number, Projection>();

  /**
   * @param view `[N, C, ...]`
   * @param depth decoder levels to compute
   */
  constructor(
    readonly network: NsUNet,
    view: Tensor,
    depth: number,
    readonly settings: Pick<LossSettings, 'comparison' | 'scales'>,
  ) {
    this.#maps = network.features(view, depth);
  }

  /** Images in the batch. */
  get batch(): number {
    return this.#maps[0]!.dimension(0);
  }

  /** F_level of the decoder, counted from 0. */
  map(level: number): Tensor {
    const map = this.#maps[level + 1];
    if (!map) throw new RangeError(`level ${level} was not computed for this view`);
    return map;
  }

  /** What this view is compared by, where `level` was drawn: at that level, or whatever was drawn. */
  compared(level: number): Projection {
    const key = this.settings.comparison === 'pairwise' ? level : 0;
    const known = this.#projections.get(key);
    if (known) return known;
    const made = this.#project(level);
    this.#projections.set(key, made);
    return made;
  }

  #project(level: number): Projection {
    switch (this.settings.comparison) {
      case 'pairwise':
        return this.network.project(level, this.map(level));
      case 'crossed':
        return this.network.projectTogether(this.#maps.slice(-this.settings.scales));
      case 'encoder':
        return this.network.projectBottleneck(this.#maps[0]!);
    }
  }
}
