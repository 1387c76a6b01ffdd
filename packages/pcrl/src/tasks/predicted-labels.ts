import type { Tensor } from '@pcrl/torch';
import type { SegmentationSettings } from '../settings/index.js';
import { labelMap } from './label-map.js';
import { largestComponent } from './largest-component.js';
import type { Structure } from './structures.js';

/**
 * The predicted mask of a volume on the grid of its file, tidied where the settings say so; holes get the label of
 * the structure that holds the others.
 *
 * @param probabilities `[1, K, X, Y, Z]`
 */
export function predictedLabels(
  probabilities: Tensor,
  settings: Pick<SegmentationSettings, 'largestComponent'>,
  {
    structures,
    size,
  }: { readonly structures: readonly Structure[]; readonly size: readonly number[] },
): Uint8Array {
  const voxels = labelMap(probabilities, structures, size);
  if (!settings.largestComponent) return voxels;
  const outermost = structures.reduce((a, b) => (b.values.length > a.values.length ? b : a));
  return largestComponent({ size, voxels }, outermost.label);
}
