import { openDataset } from '../datasets/index.js';
import { methods } from '../methods/registry.js';
import type { PretrainSettings } from '../settings/index.js';
import { type PretrainResult, runPretraining } from './pretraining-run.js';
import type { RunIO } from './run-io.js';

/**
 * Pre-trains on unlabelled images, into the run folder `settings.out`: settings, metrics, checkpoints,
 * and at the end `weights.safetensors` (the network) and `encoder.safetensors`.
 *
 * The same settings give the same bits on the same device with the same number of threads, however many
 * loader threads there are, and however often the run was stopped and resumed.
 *
 * @param settings as `resolvePretrainSettings` gives them
 * @throws {DatasetError} the data hold no image, or one only
 * @throws {RunError} the folder holds a run already, one that cannot be resumed like this, or one that another
 *   process is writing
 * @throws {TrainingError} the loss is not finite, the disk is full, no image is usable
 */
export async function pretrain(settings: PretrainSettings, io: RunIO): Promise<PretrainResult> {
  const dataset = await openDataset(settings.data, {
    dimensions: settings.dimensions,
    ...settings.dataset,
  });
  return runPretraining(settings, io, dataset, methods[settings.method]);
}
