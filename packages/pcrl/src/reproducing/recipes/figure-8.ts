import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** What fine-tuned networks predict; the runs are among those of tables 6, 7 and 8. */
export const figure8: Recipe = {
  name: 'figure-8',
  title: 'Predictions on chest X-rays, brain tumours and livers',
  scenarios: [
    { source: 'chexpert', target: 'nih', task: 'classification', labels: [0.1] },
    { source: 'luna', target: 'brats', task: 'segmentation', labels: [0.1] },
    { source: 'luna', target: 'lits', task: 'segmentation', labels: [0.1] },
  ],
  arms: methodArms(['TS', 'PCRLv2']),
  pictures: ['predictions'],
};
