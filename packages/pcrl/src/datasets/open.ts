import { detectDimensions } from './candidates.js';
import type { Dataset, Use } from './dataset.js';
import { Findings } from './findings.js';
import { openLabelled } from './labelled.js';
import { LAYOUT_DEFAULTS, type LayoutOptions } from './layouts/layout.js';
import { openPaths } from './opening.js';
import { openUnlabelled } from './unlabelled.js';

export interface DatasetOptions extends Partial<LayoutOptions> {
  /** 2 for pictures, 3 for volumes; found out from the file names when left out. */
  readonly dimensions?: 2 | 3;
  /**
   * `'unlabelled'` (default) takes images from anything, leaves out those of the val and test splits, and
   * returns what cannot be used in `problems`. The others take CSVs and public archives, and refuse a
   * dataset with any problem.
   */
  readonly use?: Exclude<Use, 'prediction'>;
  /** The classes to learn; all columns of 0 and 1, or all findings of an archive, when left out. */
  readonly labels?: readonly string[];
  /** CSV that splits the cases; made when it is not there. */
  readonly splitFile?: string | null;
  /** Masks of volumes on another grid than their image: refused (default), or brought to it. */
  readonly masks?: 'on-grid' | 'resample';
}

/**
 * Opens folders, CSVs, lists and single images as one dataset. A folder in the layout of a public archive
 * is recognised; a folder with one CSV that has a column `image` is opened through it.
 *
 * A CSV has a column `image` (absolute paths, or relative to its own folder) and may have
 * `patient_id`, `split` (train, val, test; pretrain and unlabelled rows are training images for
 * unlabelled use and left out otherwise), `order`, label columns of 0 and 1, `label` (a mask), and
 * `lung_mask` (for pictures of attention).
 *
 * @throws DatasetError that lists everything wrong at once.
 */
export async function openDataset(
  paths: readonly string[],
  options: DatasetOptions = {},
): Promise<Dataset> {
  const use = options.use ?? 'unlabelled';
  const findings = new Findings();
  const layoutOptions = { ...LAYOUT_DEFAULTS, ...options };
  const opened = await openPaths(paths, { use, options: layoutOptions, findings });
  const dimensions = options.dimensions ?? detectDimensions(paths, opened);
  const splitFile = options.splitFile ?? undefined;
  const { splitSeed } = layoutOptions;
  const resamplesMasks = options.masks === 'resample' && dimensions === 3;
  const opening = {
    ...{ paths, ...opened, dimensions, findings },
    ...{ splitFile, splitSeed, resamplesMasks },
  };
  return use === 'unlabelled'
    ? openUnlabelled(opening)
    : openLabelled(opening, use, options.labels);
}

/**
 * Whether sources hold pictures (2) or volumes (3), where need be as the headers of the files say.
 *
 * @throws {DatasetError} they hold neither, or both
 */
export async function dimensionsOfData(paths: readonly string[]): Promise<2 | 3> {
  const findings = new Findings();
  const request = { use: 'unlabelled', options: LAYOUT_DEFAULTS, findings } as const;
  return detectDimensions(paths, await openPaths(paths, request));
}
