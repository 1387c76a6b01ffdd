import { noGrad, RandomStream, scope } from '@pcrl/torch';
import {
  composeGrid,
  greyRaster,
  overlayLabels,
  type Raster,
  resizeLabels,
  resizePlane,
  trueSize,
} from '../../pictures/index.js';
import type { SegmentationSettings } from '../../settings/index.js';
import { fileSize, inputOf, shortSideFor, viewOf } from '../masked-pictures.js';
import { labelsOf } from '../picture-segmentation.js';
import { type Picture, readPicture } from '../pictures.js';
import { probabilitiesOf } from '../predict-volume.js';
import { SegmentationNetwork2D } from '../segmentation-network-2d.js';
import { membersOf, structuresOf } from '../structures.js';
import type { Predicted, Predictor, PredictorRequest } from './predictor.js';

const PICTURES_AT_ONCE = 8;
const CELL_WIDTH = 480;

/** Masks of whole pictures on the grids of their files, and the pixels of each structure. */
export function pictureSegmentationPredictor({
  model,
  weights,
  compute,
}: PredictorRequest): Predictor<Picture> {
  const { classes } = model;
  // The registry asks for settings of this task alone.
  const { views, network } = model.settings as SegmentationSettings;
  const random = new RandomStream(0, 'never kept');
  const net = new SegmentationNetwork2D(network, classes.length, random);
  net.loadStateDict(weights);
  net.to(compute.device).eval();
  const structures = structuresOf(model.regions);
  const size = [...views.size].reverse();
  return {
    quantity: 'pixels',
    classes,
    atOnce: PICTURES_AT_ONCE,
    read: (item) => readPicture(item, 0, shortSideFor(views)),
    predict: (items) =>
      noGrad(() =>
        scope(() => {
          const geometries = items.map((item) => viewOf(item, views, null));
          const input = inputOf(items, geometries, size, compute.device);
          const probabilities = probabilitiesOf(net, input, compute);
          return items.map(({ place }, n): Predicted => {
            const [height, width] = fileSize(place) as [number, number];
            const labels = labelsOf(probabilities.narrow(0, n, 1), structures, [height, width]);
            const values = structures.map((structure) =>
              membersOf(labels, structure.values).reduce((sum, is) => sum + is, 0),
            );
            return { values, labels: { width, height, labels } };
          });
        }),
      ),
    picture: maskOverPicture,
    dispose: () => net.dispose(),
  };
}

/** The picture, alone and under its mask. */
function maskOverPicture({ size, pixels }: Picture, { labels }: Predicted): Raster {
  const [height, width] = size as [number, number];
  const plane = { width, height, values: Float32Array.from(pixels), spacing: [1, 1] as const };
  const shown = trueSize(plane, CELL_WIDTH);
  const raster = greyRaster(resizePlane(plane, shown.width, shown.height));
  if (!labels) return raster;
  const mask = resizeLabels(labels, shown.width, shown.height);
  return composeGrid({ rows: [[{ raster }, { raster: overlayLabels(raster, mask) }]] });
}
