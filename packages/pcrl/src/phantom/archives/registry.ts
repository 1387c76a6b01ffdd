import { SettingsError } from '../../errors.js';
import type { PhantomArchive } from './archive.js';
import { brats } from './brats.js';
import { chexpert } from './chexpert.js';
import { lits } from './lits.js';
import { luna } from './luna.js';
import { nih } from './nih.js';

/** Every archive that can be drawn. */
export const phantomArchives: readonly PhantomArchive[] = [nih, chexpert, luna, lits, brats];

/**
 * The archive of that name.
 *
 * @throws SettingsError for another name
 */
export function phantomArchive(name: string): PhantomArchive {
  const found = phantomArchives.find((archive) => archive.name === name);
  if (found) return found;
  const names = phantomArchives.map((archive) => archive.name);
  throw new SettingsError(`There is no archive ${name}`, `Choose one of ${names.join(', ')}.`);
}
