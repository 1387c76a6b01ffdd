/** The part of a dataset a case belongs to. */
export type Split = 'train' | 'val' | 'test';

/** One image with what is known about it. */
export interface Case {
  /** Absolute path. */
  readonly image: string;
  /** Images of one patient never end up in two splits. */
  readonly patient?: string;
  readonly split?: Split;
  /** Few-label subsets are taken in this order, lowest first. */
  readonly order?: number;
  /** One 0 or 1 for each of the dataset's `labelNames`. */
  readonly labels?: readonly number[];
  /** Absolute path of the segmentation mask. */
  readonly mask?: string;
}

/** A file that cannot be used, and why. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** Cases to train on or to evaluate. */
export interface Dataset {
  readonly dimensions: 2 | 3;
  readonly cases: readonly Case[];
  /** Names of the classes, in the order of `Case.labels`; empty without classification labels. */
  readonly labelNames: readonly string[];
  /** Files left out of an unlabelled dataset; labelled data with problems is refused instead. */
  readonly problems: readonly Problem[];
  /** What a user should be told once: columns taken as labels, files and rows left out. */
  readonly notes: readonly string[];
}

/** What the cases are for, which decides what is read and how strictly. */
export type Use = 'unlabelled' | 'classification' | 'segmentation';

/** Identifies a patient; a case without one is a patient of its own. */
export function patientOf(item: Case): string {
  return item.patient ?? item.image;
}
