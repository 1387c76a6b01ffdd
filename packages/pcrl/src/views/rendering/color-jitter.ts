import { scope, type Tensor, tensor } from '@pcrl/torch';
import type { ColorChange } from '../drawing/plan.js';
import { rowSums } from './row-sums.js';

/**
 * Brightness and contrast of grey views in [0, 1], in place, in the order drawn for each, by
 * torchvision's formulas: `factor * x + (1 - factor) * m`, cut off to [0, 1], with m = 0 for brightness and the
 * mean of the view for contrast.
 *
 * @param views `[N, 1, H, W]`
 * @param changes for each view; as many for each
 */
export function colorJitter(views: Tensor, changes: readonly (readonly ColorChange[])[]): void {
  const steps = changes[0]?.length ?? 0;
  for (let step = 0; step < steps; step++) {
    const drawn = changes.map((of) => of[step]!);
    scope(() => {
      blendWithMean(views, drawn);
    });
  }
}

function blendWithMean(views: Tensor, changes: readonly ColorChange[]): void {
  const { device } = views;
  const column = (of: (change: ColorChange) => number) =>
    tensor(Float32Array.from(changes, of), [changes.length, 1, 1, 1], { device });
  const rows = views.reshape([changes.length, -1]);
  const means = rowSums(rows).div(rows.shape[1]!).reshape([-1, 1, 1, 1]);
  const added = means.mul(column(({ kind, factor }) => (kind === 'contrast' ? 1 - factor : 0)));
  views
    .mul_(column(({ factor }) => factor))
    .add_(added)
    .clamp_(0, 1);
}
