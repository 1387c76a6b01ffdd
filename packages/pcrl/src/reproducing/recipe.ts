import type { Use } from '../datasets/index.js';
import type { Topic } from '../evaluation/comparison/picture-sections.js';
import type { Group } from '../settings/merge.js';

/** What a network learns with labels. */
export type TaskName = Exclude<Use, 'unlabelled' | 'prediction'>;

/** Data to pre-train on and data to fine-tune on. */
export interface Scenario {
  /** Name of the data for pre-training: where it is `target`, pre-training takes the part without labels. */
  readonly source: string;
  /** Name of the data to fine-tune and test on. */
  readonly target: string;
  readonly task: TaskName;
  /** Shares of the training part whose labels are used, rising; smaller ones are parts of larger ones. */
  readonly labels: readonly number[];
  /** The figures that the paper prints: classes, or `Mean`; all of them when left out. */
  readonly figures?: readonly string[];
}

/** Where the weights of an arm come from. */
export type Start =
  | { readonly kind: 'scratch' }
  /** Weights in a file that the user names as data. */
  | { readonly kind: 'file'; readonly data: string }
  /** Pre-training, with these settings over those of the budget. */
  | { readonly kind: 'method'; readonly method: string; readonly changes: Group }
  | { readonly kind: 'missing'; readonly reason: string };

/** One of the things a table compares: a row of it. */
export interface Arm {
  /** As the paper calls it. */
  readonly name: string;
  start(dimensions: 2 | 3): Start;
}

/** Pictures that a figure of the paper shows. */
export type PictureKind = 'restorations' | Topic;

/** A table or figure of the paper, as data: which runs it takes, and what it shows of them. */
export interface Recipe {
  /** The word on the command line, e.g. `table-4`. */
  readonly name: string;
  readonly title: string;
  /** The recipe whose printed numbers stand beside ours; its own where left out. */
  readonly printedAs?: string;
  readonly scenarios: readonly Scenario[];
  readonly arms: readonly Arm[];
  /** The arm that the others are tested against, beside scratch. */
  readonly reference?: string;
  readonly pictures?: readonly PictureKind[];
}

/** A share of labels as users write it: `5%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
