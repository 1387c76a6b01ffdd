import type { Tensor } from '@pcrl/torch';

/** The views of a batch of N samples, `[N, C, H, W]` or `[N, C, X, Y, Z]`. */
export interface ViewBatch {
  /** The two global views as the network sees them. */
  readonly globals: readonly [Tensor, Tensor];
  /** The same views before blur, noise and the like: what is to be restored. */
  readonly targets: readonly [Tensor, Tensor];
  /** All local views, view-major: sample n of local view v at v * N + n. */
  readonly locals: Tensor;
}

/** Shares a view-major `[2 * N, ...]` out to the two views. */
export function pairOfViews(views: Tensor): readonly [Tensor, Tensor] {
  const count = views.shape[0]! / 2;
  return [views.narrow(0, 0, count), views.narrow(0, count, count)];
}
