import { type Device, scope } from '@pcrl/torch';
import {
  isForVolumes,
  type PreparedSample,
  type PreparedSample2D,
  type PreparedSample3D,
  type ViewSettings,
} from '../prepare.js';
import { render2D } from './render-2d.js';
import { render3D } from './render-3d.js';
import type { ViewBatch } from './view-batch.js';

/**
 * Makes the views of a batch on a device. A sample's views are the same bits whatever else is in the
 * batch, on the same device with the same number of threads.
 *
 * @param samples at least one, all prepared under the same settings
 */
export function renderViews(
  samples: readonly PreparedSample[],
  settings: ViewSettings,
  device: Device = 'cpu',
): ViewBatch {
  return scope(() =>
    isForVolumes(settings)
      ? render3D(samples as readonly PreparedSample3D[], settings, device)
      : render2D(samples as readonly PreparedSample2D[], settings, device),
  );
}
