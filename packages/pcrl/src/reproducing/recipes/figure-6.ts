import type { Recipe } from '../recipe.js';
import { table1 } from './table-1.js';

/** What networks with and without skip connections restore; the runs are those of table 1. */
export const figure6: Recipe = {
  ...table1,
  name: 'figure-6',
  title: 'Restorations with and without skip connections',
  printedAs: 'table-1',
  pictures: ['restorations'],
};
