import { type Device, scope, type Tensor } from '@pcrl/torch';
import type { SampleAddress } from './address.js';
import { prepareSample, type ViewImage, type ViewSettings } from './prepare.js';
import { renderViews } from './rendering/render.js';

/** A view by its address, and what it is drawn from. */
export interface ViewRequest extends SampleAddress {
  /** The image as the loader had it: on the scale from 0 to 1, shrunk where loaders shrink. */
  readonly image: ViewImage;
  /** 0 and 1 are the global views, the local ones follow. */
  readonly view: number;
  readonly settings: ViewSettings;
  readonly device?: Device;
}

/** One view, `[C, H, W]` or `[C, X, Y, Z]`. */
export interface RedrawnView {
  /** As the network saw it. */
  readonly input: Tensor;
  /** Before blur, noise and the like; local views are not restored and have none. */
  readonly target: Tensor | null;
}

/**
 * Draws one view of one sample in one epoch again: the same bits that a batch held on the same device
 * with the same number of threads.
 */
export function redrawView(request: ViewRequest): RedrawnView {
  const { image, view, settings, device = 'cpu' } = request;
  return scope(() => {
    const sample = prepareSample(image, request, settings);
    const { globals, targets, locals } = renderViews([sample], settings, device);
    const [input, target] = [globals[view], targets[view]];
    if (input && target) return { input: ownCopy(input, 0), target: ownCopy(target, 0) };
    return { input: ownCopy(locals, view - globals.length), target: null };
  });
}

/** One item with memory of its own: a view would keep the whole batch alive. */
function ownCopy(batch: Tensor, item: number): Tensor {
  return batch.select(0, item).clone();
}
