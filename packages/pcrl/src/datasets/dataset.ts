/** The part of a dataset a case belongs to. */
export type Split = 'train' | 'val' | 'test';

/** A finding at one place of a volume: a nodule, or what might be one. */
export interface Point {
  /** World position in RAS+ millimetres, as `Image.origin` has it. */
  readonly position: readonly [number, number, number];
  /** 1 where something was found, 0 where a candidate turned out to be nothing. */
  readonly label: 0 | 1;
  /** In millimetres, where it is known. */
  readonly diameter?: number;
}

/** Where a finding was marked in a picture, in pixels of its file; (x, y) is the upper left corner. */
export interface FindingBox {
  readonly finding: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One image with what is known about it. */
export interface Case {
  /** Absolute path. */
  readonly image: string;
  /** Absolute path of the file that a prepared image was made of. */
  readonly source?: string;
  /** All channels in their order, `image` first, where a case has several files on one grid. */
  readonly channels?: readonly string[];
  /** Images of one patient never end up in two splits. */
  readonly patient?: string;
  readonly split?: Split;
  /** Few-label subsets are taken in this order, lowest first. */
  readonly order?: number;
  /** One for each of the dataset's `labelNames`: 1, 0, or NaN where it is not known. */
  readonly labels?: readonly number[];
  /** A number to predict. */
  readonly target?: number;
  /** Absolute path of the segmentation mask. */
  readonly mask?: string;
  /** Whether a volume's mask is brought to the grid of its image where it lies on another. */
  readonly resamplesMask?: boolean;
  /** Absolute path of a mask of the lungs, of the picture's size: attention is held against it. */
  readonly lungMask?: string;
  /** Findings that were marked; attention is held against them. */
  readonly boxes?: readonly FindingBox[];
  /** What was found in the volume; empty where it was looked at and nothing was found. */
  readonly points?: readonly Point[];
  /** Findings that count neither for nor against a detector. */
  readonly irrelevant?: readonly Point[];
  /** Places to classify, both findings and look-alikes. */
  readonly candidates?: readonly Point[];
  /** Which of its image's examples a case is, where an image has several. */
  readonly example?: number;
}

/** A file that cannot be used, and why. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** A structure to segment: all voxels whose mask has one of these values. Regions may overlap. */
export interface Region {
  readonly name: string;
  readonly values: readonly number[];
}

/** Cases to train on or to evaluate. */
export interface Dataset {
  readonly dimensions: 2 | 3;
  readonly cases: readonly Case[];
  /** Names of the classes, in the order of `Case.labels`; empty without classification labels. */
  readonly labelNames: readonly string[];
  /** Whether a case has exactly one of the classes. */
  readonly exclusive?: boolean;
  /** What `Case.target` is called. */
  readonly targetName?: string;
  /** What the values in the masks stand for; each value is a structure of its own when left out. */
  readonly regions?: readonly Region[];
  /** Names of `Case.channels`, in their order. */
  readonly channelNames?: readonly string[];
  /** Files left out of an unlabelled dataset; labelled data with problems is refused instead. */
  readonly problems: readonly Problem[];
  /** What a user should be told once: the layout, columns taken as labels, files left out. */
  readonly notes: readonly string[];
}

/** What the cases are for, which decides what is read and how strictly. */
export type Use =
  | 'unlabelled'
  | 'prediction'
  | 'classification'
  | 'regression'
  | 'segmentation'
  | 'detection';

/**
 * Identifies a patient; a case without one is a patient of its own. What was prepared goes by the name of its
 * source: a cache is split, and its labels are counted out, as the source is.
 */
export function patientOf(item: Case): string {
  return item.patient ?? item.source ?? item.image;
}
