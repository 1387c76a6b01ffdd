import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** Semi-supervised learning on chest CT. */
export const table5: Recipe = {
  name: 'table-5',
  title: 'Semi-supervised pulmonary nodule detection on LUNA16',
  scenarios: [
    {
      source: 'luna',
      target: 'luna',
      task: 'detection',
      labels: [0.1, 0.2, 0.3, 0.4],
      figures: ['Mean'],
    },
  ],
  reference: 'PCRLv2',
  arms: methodArms(['TS', 'MG', 'TransVW', 'Cube++', '3D-CPC', 'PCRLv1', 'PCRLv2']),
};
