import type { Recipe } from '../recipe.js';
import { figure8 } from './figure-8.js';

/** Where fine-tuned networks fail; the runs are those of figure 8. */
export const figure9: Recipe = {
  ...figure8,
  name: 'figure-9',
  title: 'Failure cases',
  pictures: ['failures'],
};
