import type { Tensor } from '@pcrl/torch';

/** Weight of the outputs beside the last, how it falls, and after how many epochs (section 5.3 of the methods). */
const BESIDE = { weight: 0.33, falls: 0.8, every: 40 } as const;

/**
 * The loss of outputs at several depths: that of the last plus a share of the sum of the others, which falls over
 * the epochs. Of one output its loss.
 *
 * @param losses of the outputs, the last one last
 */
export function supervisedAtDepths(losses: readonly Tensor[], epoch: number): Tensor {
  const others = losses.slice(0, -1);
  const last = losses.at(-1)!;
  if (others.length === 0) return last;
  const weight = BESIDE.weight * BESIDE.falls ** Math.floor(epoch / BESIDE.every);
  return others
    .reduce((sum, loss) => sum.add(loss))
    .mul(weight)
    .add(last);
}
