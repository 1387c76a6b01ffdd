import { existsSync } from 'node:fs';
import { loadTensors, noGrad, RandomStream, scope } from '@pcrl/torch';
import { RunError } from '../errors.js';
import type { Method } from '../methods/method.js';
import { methods } from '../methods/registry.js';
import { type PretrainSettings, resolvePretrainSettings } from '../settings/index.js';
import { readJson, runFolder } from './run-folder.js';

/** A finished pre-training run with its weights; dispose of the network after use. */
export interface PretrainedRun {
  readonly settings: PretrainSettings;
  readonly method: Method;
}

/**
 * Opens a finished pre-training run.
 *
 * @param path the run folder
 * @throws {RunError} it is no such run, or has not ended yet
 */
export function openPretrainedRun(path: string): PretrainedRun {
  const folder = runFolder(path);
  const settings = resolvePretrainSettings(readJson(folder.config));
  if (!existsSync(folder.weights)) {
    throw new RunError(
      `${path} has no ${folder.weights}: the run has not ended`,
      `Let it end: pcrl pretrain --out ${path} --resume`,
    );
  }
  const method = methods[settings.method](settings, new RandomStream(settings.seed, 'weights'));
  scope(() => noGrad(() => method.network.loadStateDict(loadTensors(folder.weights).tensors)));
  return { settings, method };
}
