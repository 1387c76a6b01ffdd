import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** Transfer from chest CT to abdominal CT. */
export const table8: Recipe = {
  name: 'table-8',
  title: 'Transfer learning on liver segmentation, LUNA16 to LiTS',
  scenarios: [
    {
      source: 'luna',
      target: 'lits',
      task: 'segmentation',
      labels: [0.1, 0.2, 0.3, 0.4, 1],
      figures: ['liver'],
    },
  ],
  reference: 'PCRLv2',
  arms: methodArms(['TS', 'MG', 'TransVW', 'Cube++', '3D-CPC', 'PCRLv1', 'PCRLv2']),
};
