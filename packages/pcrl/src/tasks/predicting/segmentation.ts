import { noGrad, RandomStream, scope } from '@pcrl/torch';
import {
  composeGrid,
  fullestSlice,
  greyRaster,
  overlayLabels,
  resizeLabels,
  resizePlane,
  sliceLabels,
  slicePlane,
  trueSize,
} from '../../pictures/index.js';
import type { SegmentationSettings } from '../../settings/index.js';
import { labelMap } from '../label-map.js';
import { predictVolume } from '../predict-volume.js';
import { SegmentationNetwork } from '../segmentation-network.js';
import { multipleAbove } from '../sliding-window.js';
import { readVolume, type Volume } from '../volume.js';
import type { LoadedVolume } from '../volume-inputs.js';
import type { Predictor, PredictorRequest } from './predictor.js';

const CELL_WIDTH = 480;

/** Masks of whole volumes on the grids of their files, and how large each structure is. */
export function segmentationPredictor({
  model,
  weights,
  compute,
}: PredictorRequest): Predictor<LoadedVolume> {
  const { classes, width } = model;
  // The registry asks for settings of this task alone.
  const { views, network, batch } = model.settings as SegmentationSettings;
  const shape = { width, classes: classes.length };
  const net = new SegmentationNetwork(network, shape, new RandomStream(0, 'never kept'));
  net.loadStateDict(weights);
  net.to(compute.device).eval();
  const labels = classes.map(Number);
  const window = views.size.map(multipleAbove);
  const prediction = { window, overlap: views.overlap, batch, compute };
  return {
    quantity: 'ml',
    classes,
    atOnce: 1,
    read: async (item) => ({ item, index: 0, volume: await readVolume(item.image, views) }),
    predict: (items) =>
      noGrad(() =>
        items.map(({ volume }) => {
          const { size } = volume.place;
          const voxels = scope(() =>
            labelMap(predictVolume(net, volume, prediction), labels, size),
          );
          const mask = { ...volume.place, voxels };
          return { values: millilitres(mask, labels), mask };
        }),
      ),
    picture: ({ volume }, { mask }) => maskOverSlice(volume, Uint8Array.from(mask?.voxels ?? [])),
    dispose: () => net.dispose(),
  };
}

function millilitres(
  { spacing, voxels }: { readonly spacing: readonly number[]; readonly voxels: Uint8Array },
  labels: readonly number[],
): readonly number[] {
  const counts = new Float64Array(256);
  for (let i = 0; i < voxels.length; i++) counts[voxels[i]!]! += 1;
  const cubicMillimetres = spacing.reduce((product, side) => product * side, 1);
  return labels.map((label) => (counts[label]! * cubicMillimetres) / 1000);
}

/** The axial slice with the most of the mask, alone and under it. */
function maskOverSlice({ place, size, voxels }: Volume, mask: Uint8Array) {
  const onFile = { size: place.size, spacing: place.spacing, voxels: mask };
  const slice = fullestSlice(onFile);
  const ofVolume = Math.floor(((slice + 0.5) * size[2]!) / place.size[2]!);
  const spacing = size.map((side, axis) => (place.size[axis]! * place.spacing[axis]!) / side);
  const plane = slicePlane({ size, spacing, voxels }, 'axial', ofVolume);
  const { width, height } = trueSize(plane, CELL_WIDTH);
  const raster = greyRaster(resizePlane(plane, width, height));
  const labels = resizeLabels(sliceLabels(onFile, 'axial', slice), width, height);
  return composeGrid({ rows: [[{ raster }, { raster: overlayLabels(raster, labels) }]] });
}
