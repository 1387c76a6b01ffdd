import { noGrad, RandomStream, scope } from '@pcrl/torch';
import { ImageError } from '../../errors.js';
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
import { inputSize, volumeNetwork } from '../network-for-volumes.js';
import { predictVolume } from '../predict-volume.js';
import { predictedLabels } from '../predicted-labels.js';
import { membersOf, type Structure, structuresOf } from '../structures.js';
import type { LoadedCase } from '../task.js';
import { readChannels, type Volume, withSpacing } from '../volume.js';
import type { Predictor, PredictorRequest } from './predictor.js';

const CELL_WIDTH = 480;

/** A volume with all its channels. */
interface LoadedChannels extends LoadedCase {
  readonly channels: readonly Volume[];
}

/** Masks of whole volumes on the grids of their files, and how large each structure is. */
export function volumeSegmentationPredictor({
  model,
  weights,
  compute,
}: PredictorRequest): Predictor<LoadedChannels> {
  const { classes, width, channelNames } = model;
  const inputChannels = Math.max(1, channelNames.length);
  // The registry asks for settings of this task alone.
  const settings = model.settings as SegmentationSettings;
  const { views, network, batch } = settings;
  const shape = { width, classes: classes.length, inputChannels };
  const net = volumeNetwork(network, shape, new RandomStream(0, 'never kept'));
  net.loadStateDict(weights);
  net.to(compute.device).eval();
  const structures = structuresOf(model.regions);
  const prediction = { window: inputSize(settings), overlap: views.overlap, batch, compute };
  return {
    quantity: 'ml',
    classes,
    atOnce: 1,
    read: async (item) => {
      const given = item.channels?.length ?? 1;
      if (given === inputChannels) {
        return { item, index: 0, channels: await readChannels(item, views) };
      }
      throw new ImageError(
        item.image,
        `channels: ${given}, and the run learnt from ${channelNames.join(', ') || 'one'}`,
      );
    },
    predict: (items) =>
      noGrad(() =>
        items.map(({ channels }) => {
          const { place } = channels[0]!;
          const voxels = scope(() =>
            predictedLabels(predictVolume(net, channels, prediction), settings, {
              structures,
              size: place.size,
            }),
          );
          const mask = { ...place, voxels };
          return { values: millilitres(mask, structures), mask };
        }),
      ),
    picture: ({ channels }, { mask }) =>
      maskOverSlice(channels[0]!, Uint8Array.from(mask?.voxels ?? [])),
    dispose: () => net.dispose(),
  };
}

function millilitres(
  { spacing, voxels }: { readonly spacing: readonly number[]; readonly voxels: Uint8Array },
  structures: readonly Structure[],
): readonly number[] {
  const cubicMillimetres = spacing.reduce((product, side) => product * side, 1);
  return structures.map(({ values }) => {
    const voxelsOf = membersOf(voxels, values).reduce((sum, is) => sum + is, 0);
    return (voxelsOf * cubicMillimetres) / 1000;
  });
}

/** The axial slice with the most of the mask, alone and under it. */
function maskOverSlice(volume: Volume, mask: Uint8Array) {
  const { place, size } = volume;
  const onFile = { size: place.size, spacing: place.spacing, voxels: mask };
  const slice = fullestSlice(onFile);
  const ofVolume = Math.floor(((slice + 0.5) * size[2]!) / place.size[2]!);
  const plane = slicePlane(withSpacing(volume), 'axial', ofVolume);
  const { width, height } = trueSize(plane, CELL_WIDTH);
  const raster = greyRaster(resizePlane(plane, width, height));
  const labels = resizeLabels(sliceLabels(onFile, 'axial', slice), width, height);
  return composeGrid({ rows: [[{ raster }, { raster: overlayLabels(raster, labels) }]] });
}
