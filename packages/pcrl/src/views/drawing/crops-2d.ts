import { RandomStream } from '@pcrl/torch/random';
import type { ViewSettings2D } from '../../settings/index.js';
import type { SampleAddress } from '../address.js';
import { type Box, boundingBox, intersectionOverUnion } from './box.js';
import { drawUntilAccepted } from './redraw.js';
import { drawResizedCrop } from './resized-crop.js';

/** Crop boxes of one sample. */
export interface Crops {
  readonly globals: readonly [Box, Box];
  readonly locals: readonly Box[];
}

const OVERLAP_TRIES = 100;

/**
 * Crops of an image: each anywhere (multi-crop), or the local ones inside the smallest box around
 * the two global ones, which then overlap by more than `minimumOverlap` (sub-crop).
 *
 * @param size `[H, W]`
 */
export function drawCrops2D(
  size: readonly number[],
  settings: ViewSettings2D,
  { seed, epoch, sample }: SampleAddress,
): Crops {
  const subCrop = settings.localPlacement === 'sub-crop';
  const { aspect, globalScale, localScale } = settings;
  const stream = new RandomStream(seed, 'views: global crops', epoch, sample);
  const drawGlobal = () => drawResizedCrop(stream, size, { area: globalScale, aspect });
  const globals = drawUntilAccepted(
    (): [Box, Box] => [drawGlobal(), drawGlobal()],
    (pair) => (subCrop ? missingOverlap(pair, settings.minimumOverlap) : 0),
    OVERLAP_TRIES,
  );
  const within = subCrop ? boundingBox(globals) : undefined;
  const locals = Array.from({ length: settings.localViews }, (_, local) =>
    drawResizedCrop(
      new RandomStream(seed, 'views: local crop', epoch, sample, globals.length + local),
      size,
      { area: localScale, aspect },
      within,
    ),
  );
  return { globals, locals };
}

/** 0 when the boxes overlap by more than `minimum` (strictly), else above 0, the more the less. */
export function missingOverlap([a, b]: readonly [Box, Box], minimum: number): number {
  const overlap = intersectionOverUnion(a, b);
  return overlap > minimum ? 0 : 1 + minimum - overlap;
}
