import type { Recipe } from '../recipe.js';
import { pretrainedBy } from './method-arms.js';

/** Comparison at one level, or across levels. */
export const table2: Recipe = {
  name: 'table-2',
  title: 'Pairwise and crossed comparison of scales',
  scenarios: [
    { source: 'nih', target: 'nih', task: 'classification', labels: [0.05], figures: ['Mean'] },
  ],
  reference: 'pairwise',
  arms: [
    { name: 'pairwise', start: () => pretrainedBy('pcrlv2') },
    { name: 'crossed', start: () => pretrainedBy('pcrlv2', { loss: { comparison: 'crossed' } }) },
  ],
};
