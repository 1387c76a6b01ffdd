import * as v from 'valibot';
import { oneOf, orNone, text, whole, yesNo } from './fields.js';

/** How data are divided and read. */
export const datasetSchema = v.strictObject({
  split: oneOf(
    'How a public archive is split: 70 / 10 / 20 % of the patients at random, or by the lists in its folder.',
    ['random', 'lists'],
  ),
  splitFile: orNone(
    text('CSV with `patient_id` or `image`, and `split`; made when it is not there.', 'a path'),
  ),
  splitSeed: whole('Seed of a random split.', 0),
  uncertain: oneOf(
    'CheXpert: uncertain labels are positive for Atelectasis and Edema and negative for the others (by-class), masked from the loss (ignore), negative, or positive.',
    ['by-class', 'ignore', 'zeros', 'ones'],
  ),
  frontalOnly: yesNo('CheXpert: leave lateral views out.'),
  masks: oneOf(
    'Masks of volumes that lie on another grid than their image: refused (on-grid), or brought to it, each voxel taking the nearest label (resample).',
    ['on-grid', 'resample'],
  ),
});

/** The same in every preset. */
export const DATASET_DEFAULTS = {
  split: 'random',
  splitFile: null,
  splitSeed: 0,
  uncertain: 'by-class',
  frontalOnly: false,
  masks: 'on-grid',
} as const;
