import type { Tensor } from '@pcrl/torch';
import type { RegressionNetwork } from '../regression-network.js';
import { NeighbourNetwork, type Neighbours } from './neighbour-network.js';

/** Nearest neighbours of which a number is known: the mean of their numbers, weighted as votes are. */
export class NeighbourNumbers extends NeighbourNetwork {
  constructor(
    readonly regression: RegressionNetwork,
    neighbours: Neighbours,
    count: number,
  ) {
    super(regression, neighbours, count);
  }

  protected override answerOf(mean: Tensor): Tensor {
    return this.regression.scaled(mean);
  }
}
