import type { SegmentationSettings } from '../settings/index.js';
import { pictureSegmentation } from './picture-segmentation.js';
import type { Task, TaskRequest } from './task.js';
import { volumeSegmentation } from './volume-segmentation.js';

/** Segmentation of pictures and of volumes: one sigmoid for each structure in the masks. */
export async function segmentation(request: TaskRequest<SegmentationSettings>): Promise<Task> {
  return request.settings.dimensions === 2
    ? pictureSegmentation(request)
    : volumeSegmentation(request);
}
