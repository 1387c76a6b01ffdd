import { saveTensors } from '@pcrl/torch';
import type { Method } from '../methods/method.js';
import type { PretrainSettings } from '../settings/index.js';
import { settingsHash } from './resume-check.js';
import type { RunFolder } from './run-folder.js';
import { VERSION } from './version.js';

/** Writes the whole network, and the encoder alone under the names that fine-tuning looks for. */
export function saveFinalWeights(
  folder: RunFolder,
  { network, encoderState }: Method,
  settings: PretrainSettings,
): void {
  const metadata = {
    format: 'pt',
    method: settings.method,
    dimensions: String(settings.dimensions),
    preset: settings.preset,
    version: VERSION,
    settings: settingsHash(settings),
  };
  saveTensors(folder.weights, network.stateDict(), metadata);
  saveTensors(folder.encoder, encoderState(), metadata);
}
