export type { SampleAddress } from './address.js';
export {
  type Box,
  boundingBox,
  contains,
  intersectionOverUnion,
} from './drawing/box.js';
export {
  type Appearance2D,
  type Appearance3D,
  type SamplePlan,
  type ViewGeometry,
  type ViewPlan,
  viewsOf,
} from './drawing/plan.js';
export { onUnitScale } from './intensity.js';
export {
  isForVolumes,
  type PreparedSample,
  prepareSample,
  type ViewImage,
  type ViewSettings,
  type ViewVolume,
} from './prepare.js';
export { readForViews } from './read-for-views.js';
export { type RedrawnView, redrawView, type ViewRequest } from './redraw.js';
export { renderViews } from './rendering/render.js';
export {
  IMAGENET_DEVIATION,
  IMAGENET_MEAN,
  imagenetNormalise,
} from './rendering/render-2d.js';
export type { ViewBatch } from './rendering/view-batch.js';
export { shrinkForViews, shrinkToShortSide } from './shrink.js';
