import type { FinetuneSettings } from '../settings/index.js';
import { classification } from './classification.js';
import { detection } from './detection/detection.js';
import { regression } from './regression.js';
import { segmentation } from './segmentation.js';
import type { Task, TaskFactory, TaskRequest } from './task.js';

/** Every task by the name users type. A new task is one file and one line here. */
export const tasks: {
  readonly [Name in FinetuneSettings['task']]: TaskFactory<
    Extract<FinetuneSettings, { task: Name }>
  >;
} = {
  classification,
  regression,
  segmentation,
  detection,
};

/** Opens the task that the settings name. */
export function openTask(request: TaskRequest<FinetuneSettings>): Promise<Task> {
  // The factory is found under the name that its settings bear.
  const factory = tasks[request.settings.task] as TaskFactory<FinetuneSettings>;
  return factory(request);
}
