import { bids } from './bids.js';
import { brats } from './brats.js';
import { chexpert } from './chexpert.js';
import type { Layout } from './layout.js';
import { lits } from './lits.js';
import { luna16 } from './luna16.js';
import { nihChestXray14 } from './nih-chest-xray14.js';
import { preparedPictures, preparedVolumes } from './prepared.js';

/** Every layout that is recognised, in the order in which they are tried. */
export const layouts: readonly Layout[] = [
  preparedVolumes,
  preparedPictures,
  nihChestXray14,
  chexpert,
  luna16,
  brats,
  lits,
  bids,
];
