import { cat, scope, type Tensor } from '@pcrl/torch';

/**
 * The sum of each row of `[N, M]`, as `[N, 1]`. Halves are added until one column is left: additions
 * of whole tensors, whose results do not depend on how many rows there are. libtorch's own
 * reductions share the work out by the tensor's shape, so there a row's last bits change with its
 * neighbours.
 */
export function rowSums(rows: Tensor): Tensor {
  return scope(() => {
    let sums = rows;
    for (let count = rows.shape[1]!; count > 1; count = sums.shape[1]!) {
      const half = Math.floor(count / 2);
      const folded = sums.narrow(1, 0, half).add(sums.narrow(1, half, half));
      sums = count % 2 === 0 ? folded : cat([folded, sums.narrow(1, count - 1, 1)], 1);
    }
    return sums;
  });
}
