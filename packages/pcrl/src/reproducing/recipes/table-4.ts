import type { Recipe } from '../recipe.js';
import { methodArms } from './method-arms.js';

/** Semi-supervised learning on chest X-rays. */
export const table4: Recipe = {
  name: 'table-4',
  title: 'Semi-supervised chest pathology identification on NIH ChestX-ray14',
  scenarios: [
    {
      source: 'nih',
      target: 'nih',
      task: 'classification',
      labels: [0.05, 0.1, 0.2, 0.3, 0.4],
    },
  ],
  reference: 'PCRLv2',
  arms: methodArms(['TS', 'MG', 'TransVW', 'C2L', 'SimSiam', 'PCRLv1', 'PCRLv2']),
};
