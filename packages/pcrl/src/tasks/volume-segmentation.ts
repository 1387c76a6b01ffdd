import { noGrad, RandomStream, scope, stack, type Tensor, tensor } from '@pcrl/torch';
import { type Case, readMask } from '../datasets/index.js';
import { writeNifti } from '../images/index.js';
import type { SegmentationSettings } from '../settings/index.js';
import type { Box } from '../views/drawing/box.js';
import { cutRegion } from '../views/drawing/region.js';
import { wholeBox } from '../views/drawing/voxel-grid.js';
import { supervisedAtDepths } from './depths-loss.js';
import { segmentationLoss } from './dice-loss.js';
import { inputSize, volumeNetwork } from './network-for-volumes.js';
import { type Prediction, predictVolume } from './predict-volume.js';
import { predictedLabels } from './predicted-labels.js';
import { segmentationFigures } from './segmentation-figures.js';
import { agreement, type Structure, structuresIn } from './structures.js';
import type { Assessment, Draw, LoadedCase, Task, TaskNetwork, TaskRequest } from './task.js';
import { nearestResized, normalisedCrop, readChannels, type Volume } from './volume.js';
import { boxAround, drawBoxIn } from './volume-crop.js';
import { joined } from './volume-inputs.js';
import { onePerStructure, volumeLoss } from './volume-loss.js';
import { VolumeNetwork } from './volume-network.js';

/** A volume with its mask. */
export interface LabelledVolume extends LoadedCase {
  /** On one grid. */
  readonly channels: readonly Volume[];
  /** Label of each voxel of a channel. */
  readonly mask: Float32Array;
  /** Where training crops lie. */
  readonly cropped: Box;
  /** Label of each voxel of the file. */
  readonly fileMask: Uint8Array;
}

/** A predicted mask on the grid of the file. */
interface SegmentationAssessment extends Assessment {
  readonly volume: Volume;
  readonly predicted: Uint8Array;
}

/** Segmentation of volumes: one sigmoid for each structure in the masks, Dice loss. */
export async function volumeSegmentation({
  settings,
  dataset,
  compute,
}: TaskRequest<SegmentationSettings>): Promise<Task<LabelledVolume>> {
  const structures = await structuresIn(dataset, settings.labelNames);
  const classes = structures.map(({ name }) => name);
  const inputChannels = dataset.channelNames?.length ?? 1;
  const size = inputSize(settings);
  const { overlap } = settings.views;
  const prediction = { window: size, overlap, batch: settings.batch, compute };
  return {
    metric: 'Dice',
    classes,
    ...(dataset.regions
      ? { regions: structures.map(({ name, values }) => ({ name, values })) }
      : {}),
    ...(dataset.channelNames ? { channelNames: dataset.channelNames } : {}),
    columns: [...classes.map((name) => `dice_${name}`), ...classes.map((name) => `hd95_${name}`)],
    read: (item, index) => readLabelledVolume(item, index, settings),
    bytes: ({ channels, mask, fileMask }) =>
      channels.length * channels[0]!.voxels.byteLength + mask.byteLength + fileMask.byteLength,
    network: ({ width, random }) =>
      volumeNetwork(settings.network, { width, classes: classes.length, inputChannels }, random),
    loss: (net, items, draw) =>
      scope(() => {
        const crops = items.map((item) => drawCrop(item, size, settings.views.flip, draw));
        const input = stack(crops.map((crop) => crop.input)).to({ device: compute.device });
        const mask = stack(crops.map((crop) => crop.mask)).to({ device: compute.device });
        const wanted = onePerStructure(mask, structures);
        const first = items[0]?.index ?? 0;
        net.drawFrom(new RandomStream(draw.seed, 'fine-tuning: dropout', draw.epoch, first));
        const outputs = compute.inPrecision(() => outputsOf(net, input));
        const losses = outputs.map((logits) =>
          segmentationLoss(logits.to({ dtype: 'f32' }).sigmoid(), wanted, settings),
        );
        return supervisedAtDepths(losses, draw.epoch);
      }),
    assess: (net, items) =>
      noGrad(() =>
        items.map((item) =>
          scope(() => assessVolume(net, item, { settings, structures, prediction })),
        ),
      ),
    figures: (scored) =>
      segmentationFigures(
        scored.map(({ row }) => row),
        classes.length,
        'mm',
      ),
    save: (assessment, path) => saveMask(assessment as SegmentationAssessment, path),
  };
}

function outputsOf(net: TaskNetwork, input: Tensor): readonly Tensor[] {
  return net instanceof VolumeNetwork ? net.outputs(input) : [net.forward(input)];
}

async function readLabelledVolume(
  item: Case,
  index: number,
  { views }: SegmentationSettings,
): Promise<LabelledVolume> {
  const channels = await readChannels(item, views);
  const { place, size } = channels[0]!;
  const { voxels } = await readMask(item, place);
  const mask = nearestResized({ size: place.size, voxels }, size);
  const cropped = views.margin === null ? wholeBox({ size }) : boxAround(mask, size, views.margin);
  return { item, index, channels, mask, cropped, fileMask: Uint8Array.from(voxels) };
}

/** A random crop `[C, X, Y, Z]` and the labels in it, `[1, X, Y, Z]`, mirrored along each axis by chance. */
function drawCrop(
  { channels, mask, cropped, index }: LabelledVolume,
  size: readonly number[],
  flip: number,
  { seed, epoch }: Draw,
): { readonly input: Tensor; readonly mask: Tensor } {
  const stream = new RandomStream(seed, 'fine-tuning: volume', epoch, index);
  const whole = channels[0]!.size;
  const box = drawBoxIn(stream, cropped, size, whole);
  const mirrored = [1, 2, 3].filter(() => stream.chance(flip));
  const labels = cutRegion({ size: whole, voxels: mask }, box, 0);
  const turned = (values: Float32Array) => {
    const made = tensor(values).reshape([-1, ...size]);
    return mirrored.length > 0 ? made.flip(mirrored) : made;
  };
  const crops = channels.map((volume) => normalisedCrop(volume, box));
  return { input: turned(joined(crops)), mask: turned(labels) };
}

interface AssessmentRequest {
  readonly settings: SegmentationSettings;
  readonly structures: readonly Structure[];
  readonly prediction: Prediction;
}

function assessVolume(
  net: TaskNetwork,
  { item, channels, mask, fileMask }: LabelledVolume,
  { settings, structures, prediction }: AssessmentRequest,
): SegmentationAssessment {
  const volume = channels[0]!;
  const probabilities = predictVolume(net, channels, prediction);
  const truth = { mask, structures };
  const loss = volumeLoss(probabilities, truth, settings);
  const { size, spacing } = volume.place;
  const predicted = predictedLabels(probabilities, settings, { structures, size });
  const row = agreement(predicted, fileMask, { size, spacing }, structures);
  return { item, loss, row, volume, predicted };
}

async function saveMask(
  { volume, predicted }: SegmentationAssessment,
  path: string,
): Promise<void> {
  await writeNifti(`${path}.nii.gz`, { ...volume.place, voxels: predicted });
}
