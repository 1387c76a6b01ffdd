import type { Recipe } from '../recipe.js';
import { pretrainedBy } from './method-arms.js';

/** Skip connections in pre-training. */
export const table1: Recipe = {
  name: 'table-1',
  title: 'Skip connections during pre-training',
  scenarios: [
    { source: 'nih', target: 'nih', task: 'classification', labels: [0.05], figures: ['Mean'] },
    { source: 'luna', target: 'brats', task: 'segmentation', labels: [0.1], figures: ['Mean'] },
    { source: 'luna', target: 'lits', task: 'segmentation', labels: [0.1], figures: ['liver'] },
  ],
  reference: 'without skips',
  arms: [
    { name: 'without skips', start: () => pretrainedBy('pcrlv2') },
    {
      name: 'with skips',
      start: () => pretrainedBy('pcrlv2', { network: { skipConnections: true } }),
    },
  ],
};
