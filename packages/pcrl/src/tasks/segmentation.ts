import { noGrad, RandomStream, scope, stack, type Tensor, tensor } from '@pcrl/torch';
import { type Case, readMask } from '../datasets/index.js';
import { writeNifti } from '../images/index.js';
import { dice, hausdorff95 } from '../metrics/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import { cutRegion } from '../views/drawing/region.js';
import { segmentationLoss } from './dice-loss.js';
import { labelMap } from './label-map.js';
import { labelsInMasks } from './masks.js';
import { type Prediction, predictVolume, probabilitiesOf } from './predict-volume.js';
import { segmentationFigures } from './segmentation-figures.js';
import { SegmentationNetwork } from './segmentation-network.js';
import { multipleAbove } from './sliding-window.js';
import type { Assessment, Draw, LoadedCase, Task, TaskNetwork, TaskRequest } from './task.js';
import { nearestResized, normalisedCrop, readVolume, type Volume } from './volume.js';
import { drawBox } from './volume-crop.js';

/** A volume with its mask. */
export interface LabelledVolume extends LoadedCase {
  readonly volume: Volume;
  /** Label of each voxel of `volume`. */
  readonly mask: Float32Array;
  /** Label of each voxel of the file. */
  readonly fileMask: Uint8Array;
}

/** A predicted mask on the grid of the file. */
interface SegmentationAssessment extends Assessment {
  readonly volume: Volume;
  readonly predicted: Uint8Array;
}

/** Segmentation of volumes: one sigmoid for each label value of the masks, Dice loss. */
export async function segmentation({
  settings,
  dataset,
  compute,
}: TaskRequest<SegmentationSettings>): Promise<Task<LabelledVolume>> {
  const labels = await labelsInMasks(dataset);
  const classes = labels.map(String);
  const size = settings.views.size.map(multipleAbove);
  const { overlap } = settings.views;
  const prediction = { window: size, overlap, batch: settings.batch, compute };
  return {
    metric: 'Dice',
    classes,
    columns: [
      ...classes.map((label) => `dice_${label}`),
      ...classes.map((label) => `hd95_${label}`),
    ],
    read: (item, index) => readLabelledVolume(item, index, settings),
    bytes: ({ volume, mask, fileMask }) =>
      volume.voxels.byteLength + mask.byteLength + fileMask.byteLength,
    network: ({ width, random }) =>
      new SegmentationNetwork(settings.network, { width, classes: labels.length }, random),
    loss: (net, items, draw) =>
      scope(() => {
        const crops = items.map((item) => drawCrop(item, size, settings.views.flip, draw));
        const input = stack(crops.map((crop) => crop.input)).to({ device: compute.device });
        const mask = stack(crops.map((crop) => crop.mask)).to({ device: compute.device });
        const probabilities = probabilitiesOf(net, input, compute);
        return segmentationLoss(probabilities, onePerLabel(mask, labels), settings);
      }),
    assess: (net, items) =>
      noGrad(() =>
        items.map((item) => scope(() => assessVolume(net, item, { settings, labels, prediction }))),
      ),
    figures: (rows) => segmentationFigures(rows, classes.length),
    save: (assessment, path) => saveMask(assessment as SegmentationAssessment, path),
  };
}

async function readLabelledVolume(
  item: Case,
  index: number,
  { views }: SegmentationSettings,
): Promise<LabelledVolume> {
  const volume = await readVolume(item.image, views);
  const { size, voxels } = await readMask(item, volume.place);
  const mask = nearestResized({ size, voxels }, volume.size);
  return { item, index, volume, mask, fileMask: Uint8Array.from(voxels) };
}

/** A random crop and the labels in it, `[1, X, Y, Z]`, mirrored along each axis by chance. */
function drawCrop(
  { volume, mask, index }: LabelledVolume,
  size: readonly number[],
  flip: number,
  { seed, epoch }: Draw,
): { readonly input: Tensor; readonly mask: Tensor } {
  const stream = new RandomStream(seed, 'fine-tuning: volume', epoch, index);
  const box = drawBox(stream, volume.size, size);
  const mirrored = [1, 2, 3].filter(() => stream.chance(flip));
  const labels = cutRegion({ size: volume.size, voxels: mask }, box, 0);
  const turned = (values: Float32Array) => {
    const made = tensor(values, [1, ...size]);
    return mirrored.length > 0 ? made.flip(mirrored) : made;
  };
  return { input: turned(normalisedCrop(volume, box)), mask: turned(labels) };
}

/** Labels `[N, 1, ...]` as 0 and 1 for each label value, `[N, K, ...]`. */
function onePerLabel(mask: Tensor, labels: readonly number[]): Tensor {
  const values = tensor(Float32Array.from(labels), [1, labels.length, 1, 1, 1], {
    device: mask.device,
  });
  return mask.eq(values).to({ dtype: 'f32' });
}

interface AssessmentRequest {
  readonly settings: SegmentationSettings;
  readonly labels: readonly number[];
  readonly prediction: Prediction;
}

function assessVolume(
  net: TaskNetwork,
  { item, volume, mask, fileMask }: LabelledVolume,
  { settings, labels, prediction }: AssessmentRequest,
): SegmentationAssessment {
  const probabilities = predictVolume(net, volume, prediction);
  const target = tensor(mask, [1, 1, ...volume.size], { device: prediction.compute.device });
  const loss = segmentationLoss(probabilities, onePerLabel(target, labels), settings).item();
  const { size, spacing } = volume.place;
  const predicted = labelMap(probabilities, labels, size);
  const distances = labels.map(
    (label) => hausdorff95(predicted, fileMask, { size, spacing }, label) ?? Number.NaN,
  );
  const row = [...dice(predicted, fileMask, labels), ...distances];
  return { item, loss, row, volume, predicted };
}

async function saveMask(
  { volume, predicted }: SegmentationAssessment,
  path: string,
): Promise<void> {
  await writeNifti(`${path}.nii.gz`, { ...volume.place, voxels: predicted });
}
