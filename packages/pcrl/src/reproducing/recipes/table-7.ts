import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** Transfer from chest CT to brain MR. */
export const table7: Recipe = {
  name: 'table-7',
  title: 'Transfer learning on brain tumour segmentation, LUNA16 to BraTS',
  scenarios: [
    {
      source: 'luna',
      target: 'brats',
      task: 'segmentation',
      labels: [0.1, 0.2, 0.3, 0.4, 1],
    },
  ],
  reference: 'PCRLv2',
  arms: methodArms(['TS', 'MG', 'TransVW', 'Cube++', '3D-CPC', 'PCRLv1', 'PCRLv2']),
};
