import type { RandomStream } from '@pcrl/torch';
import { checkGroups } from '../settings/finetune/segmentation.js';
import type { SegmentationSettings } from '../settings/index.js';
import { SegmentationNetwork3D } from './segmentation-network-3d.js';
import { StridedNetwork3D } from './strided-network-3d.js';
import type { SegmentationShape, VolumeNetwork } from './volume-network.js';

/**
 * The network for volumes that the settings name.
 *
 * @throws {SettingsError} its width, which may be that of given weights, does not go with its normalisation
 */
export function volumeNetwork(
  settings: SegmentationSettings['network'],
  shape: SegmentationShape,
  random: RandomStream,
): VolumeNetwork {
  checkGroups(shape.width, settings);
  return settings.strided
    ? new StridedNetwork3D(settings.dropout, shape, random)
    : new SegmentationNetwork3D(settings, shape, random);
}

/** The input of that network: each axis of a crop or window brought to the next size that it takes. */
export function inputSize({ views, network }: SegmentationSettings): readonly number[] {
  const multiple = network.strided ? StridedNetwork3D.multiple : SegmentationNetwork3D.multiple;
  return views.size.map((side) => Math.ceil(side / multiple) * multiple);
}
