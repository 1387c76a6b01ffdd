import { SettingsError } from '../../errors.js';
import type { Recipe } from '../recipe.js';
import { figure6 } from './figure-6.js';
import { figure8 } from './figure-8.js';
import { figure9 } from './figure-9.js';
import { table1 } from './table-1.js';
import { table2 } from './table-2.js';
import { table3 } from './table-3.js';
import { table4 } from './table-4.js';
import { table5 } from './table-5.js';
import { table6 } from './table-6.js';
import { table7 } from './table-7.js';
import { table8 } from './table-8.js';

/** Every table and figure that can be reproduced. A new one is one file and one line here. */
export const recipes: readonly Recipe[] = [
  table1,
  table2,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  figure6,
  figure8,
  figure9,
];

/** @throws {SettingsError} there is none of this name */
export function recipeNamed(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  throw new SettingsError(
    `there is no ${name} to reproduce`,
    `There are ${recipes.map((recipe) => recipe.name).join(', ')}.`,
  );
}
