import type { Case, Problem, Region, Use } from '../dataset.js';
import type { Findings } from '../findings.js';
import type { FolderNames } from '../folder.js';

/** What a user may choose about public archives. */
export interface LayoutOptions {
  /** Patients at random, or the lists that lie in the archive's folder. */
  readonly split: 'random' | 'lists';
  /** Seed of the random split. */
  readonly splitSeed: number;
  /** CheXpert: what an uncertain label counts as. */
  readonly uncertain: 'by-class' | 'ignore' | 'zeros' | 'ones';
  /** CheXpert: leave lateral views out. */
  readonly frontalOnly: boolean;
}

/** What holds where a user chooses nothing. */
export const LAYOUT_DEFAULTS: LayoutOptions = {
  split: 'random',
  splitSeed: 0,
  uncertain: 'by-class',
  frontalOnly: false,
};

/** What is wanted of a folder in a known layout. */
export interface LayoutRequest {
  /** Absolute path of the folder that the layout begins at. */
  readonly folder: string;
  readonly use: Use;
  readonly options: LayoutOptions;
  /** Takes what is wrong with the data. */
  readonly findings: Findings;
}

/** The cases of a folder in a known layout. */
export interface LayoutContent {
  readonly cases: readonly Case[];
  /** Names of `Case.labels`. */
  readonly labelNames?: readonly string[];
  /** Whether a case has exactly one of the classes. */
  readonly exclusive?: boolean;
  /** What `Case.target` is called. */
  readonly targetName?: string;
  readonly regions?: readonly Region[];
  readonly channelNames?: readonly string[];
  /** What a whole copy of the archive has and this one lacks. */
  readonly missing?: readonly Problem[];
  readonly notes?: readonly string[];
}

/** A dataset as it lies on the disk after it was downloaded and unpacked. */
export interface Layout {
  readonly name: string;
  /** Its name in words. */
  readonly title: string;
  readonly dimensions: 2 | 3;
  readonly uses: readonly Use[];
  /** Whether a folder is laid out like this: told by names, cheaply, whatever the copy. */
  recognises(folder: FolderNames): Promise<boolean>;
  open(request: LayoutRequest): Promise<LayoutContent>;
}
