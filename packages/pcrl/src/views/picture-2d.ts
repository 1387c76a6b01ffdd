import {
  composeGrid,
  drawBoxes,
  type GridCell,
  greyRaster,
  type Plane,
  type Raster,
  resizePlane,
} from '../pictures/index.js';
import { viewsOf } from './drawing/plan.js';
import { boxMark, composePage, renderedSample, type ViewVoxels } from './picture-page.js';
import type { PreparedSample, ViewImage, ViewSettings } from './prepare.js';
import { IMAGENET_DEVIATION, IMAGENET_MEAN } from './rendering/render-2d.js';

const IMAGE_SIDE = 512;
const GLOBAL_SIDE = 240;
const LOCAL_SIDE = 160;
const UNIT = { low: 0, high: 1 };

/** The image with its crop boxes beside the global views, clean above corrupted; local views below. */
export function drawImageViews(
  image: ViewImage,
  sample: PreparedSample,
  settings: ViewSettings,
): Raster {
  const { targets, inputs, locals } = renderedSample(sample, settings);
  const cells = (views: readonly ViewVoxels[], side: number, name: (i: number) => string) =>
    views.map((view, i): GridCell => ({ raster: viewRaster(view, side), caption: name(i) }));
  const globals = composeGrid({
    rows: [
      cells(targets, GLOBAL_SIDE, (i) => `G${i + 1} clean`),
      cells(inputs, GLOBAL_SIDE, (i) => `G${i + 1} as seen`),
    ],
  });
  const original = { raster: withBoxes(image, sample, settings), caption: 'Crops' };
  const below = cells(locals, LOCAL_SIDE, (i) => `L${i + 1}`);
  return composePage([[[original, { raster: globals }]], ...(below.length > 0 ? [[below]] : [])]);
}

function withBoxes(image: ViewImage, { plan }: PreparedSample, settings: ViewSettings): Raster {
  const [width, height] = image.size as [number, number];
  const plane = { width, height, values: image.voxels.subarray(0, width * height) };
  const raster = fitted(plane, IMAGE_SIDE);
  const scale = raster.width / width;
  const boxes = viewsOf(plan).map(({ geometry: { box } }, view) => ({
    ...boxMark(view, settings.globalViews),
    x: box.start[1]! * scale,
    y: box.start[0]! * scale,
    width: box.size[1]! * scale,
    height: box.size[0]! * scale,
  }));
  return drawBoxes(raster, boxes.toReversed());
}

/** A view as it is before ImageNet's normalisation. */
function viewRaster({ size, voxels }: ViewVoxels, side: number): Raster {
  const [height, width] = size as [number, number];
  const [mean, deviation] = [IMAGENET_MEAN[0]!, IMAGENET_DEVIATION[0]!];
  return fitted({ width, height, values: voxels.map((value) => value * deviation + mean) }, side);
}

function fitted(plane: Omit<Plane, 'spacing'>, side: number): Raster {
  const scale = side / Math.max(plane.width, plane.height);
  const [width, height] = [plane.width, plane.height].map((n) =>
    Math.max(1, Math.round(n * scale)),
  );
  return greyRaster(resizePlane({ ...plane, spacing: [1, 1] }, width!, height!), UNIT);
}
