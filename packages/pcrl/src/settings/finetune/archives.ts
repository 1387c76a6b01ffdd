import type { DeepPartial } from '../fields.js';
import type { Preset } from '../pretrain-schema.js';
import type { SegmentationDefaults } from './segmentation.js';

/** Archives whose volumes the paper and its code segment, each with values of its own. */
export const PROTOCOLS = ['brats', 'lits'] as const;

/** What the presets have for an archive beside what they have for any volumes (sections 5.2 and 5.3 of the methods). */
export const PROTOCOL_CHANGES: Readonly<
  Record<(typeof PROTOCOLS)[number], Readonly<Record<Preset, DeepPartial<SegmentationDefaults>>>>
> = {
  brats: {
    default: {},
    official: {
      network: { skipConnections: false },
      views: { size: [112, 128, 112], spacing: 'native', intensity: 'full-range' },
    },
    paper: { views: { size: [112, 112, 112], spacing: 'native' } },
  },
  lits: {
    default: {},
    official: {
      labelNames: ['liver'],
      epochs: 500,
      loss: 'tversky',
      largestComponent: true,
      network: { strided: true, dropout: 0.3 },
      optimiser: { schedule: 'constant' },
      views: {
        size: [256, 256, 64],
        // Half as many pixels a slice, which are 0.56 to 1 mm apart.
        spacing: [1.5, 1.5, 1],
        intensity: [-200, 200],
        flip: 0,
        margin: 20,
        // Windows of 64 slices go on by 12.
        overlap: 1 - 12 / 64,
      },
    },
    paper: {
      labelNames: ['liver'],
      views: { size: [256, 256, 64], spacing: 'native', margin: 30 },
    },
  },
};
