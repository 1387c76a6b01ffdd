import type { ClassificationSettings } from '../settings/index.js';
import { classifier } from './classifier.js';
import { pictureInputs } from './pictures.js';
import type { Task, TaskRequest } from './task.js';
import { volumeInputs } from './volume-inputs.js';

/** Classification of pictures and volumes by their label columns. */
export async function classification({
  settings,
  dataset,
  compute,
}: TaskRequest<ClassificationSettings>): Promise<Task> {
  const { views, dimensions, network } = settings;
  const classes = dataset.labelNames;
  const parts = { dimensions, classes, dropout: network.dropout, compute };
  const { device } = compute;
  return dimensions === 2
    ? classifier({ ...parts, inputs: pictureInputs(views, device) })
    : classifier({ ...parts, inputs: volumeInputs(views, device) });
}
