import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** Transfer between two archives of chest X-rays. */
export const table6: Recipe = {
  name: 'table-6',
  title: 'Transfer learning on chest pathology identification, CheXpert to NIH ChestX-ray14',
  scenarios: [
    {
      source: 'chexpert',
      target: 'nih',
      task: 'classification',
      labels: [0.1, 0.2, 0.3, 0.4, 0.5, 1],
    },
  ],
  reference: 'PCRLv2',
  arms: methodArms(['TS', 'IN', 'MG', 'TransVW', 'C2L', 'SimSiam', 'PCRLv1', 'PCRLv2']),
};
