import { Layer, type Linear, type RandomStream, type Tensor } from '@pcrl/torch';
import type { Case, Dataset, Region } from '../datasets/index.js';
import type { Encoder } from '../networks/index.js';
import type { Compute } from '../training/device.js';
import type { linearProbe } from './probing/linear-probe.js';
import type { Neighbours } from './probing/neighbour-network.js';

/** A network for a task: an encoder, which may be pre-trained, and what is new. */
export abstract class TaskNetwork extends Layer {
  abstract readonly encoder: Encoder;
  /** The last layer, where it reads the mean of the encoder's last map: what probes fit and maps show. */
  readonly head?: Linear;

  /** Beginnings of names in the encoder that weights of pre-training do not fit: they stay as they were drawn. */
  readonly newInEncoder: readonly string[] = [];

  /** Where everything random in the next forward passes comes from. */
  drawFrom(_random: RandomStream): void {}
}

/** A case with its image in memory. */
export interface LoadedCase {
  readonly item: Case;
  /** Place in the data set; with seed and epoch it decides every random change of the image. */
  readonly index: number;
}

/** Where the random changes of training images come from. */
export interface Draw {
  readonly seed: number;
  readonly epoch: number;
}

/** How one case was predicted. */
export interface Assessment {
  readonly item: Case;
  readonly loss: number;
  /** What `predictions.csv` says of it, in the order of `Task.columns`. */
  readonly row: readonly number[];
}

/** What figures are made from. */
export type Scored = Pick<Assessment, 'item' | 'row'>;

/** The score that runs are compared by. */
export type Metric = 'AUROC' | 'Dice' | 'R²';

/** Figures over cases, 1 the best. */
export interface Figures {
  /** One for each class; `null` where it cannot be computed (no positive or no negative case). */
  readonly perClass: readonly (number | null)[];
  /** Mean over the classes that have a figure. */
  readonly mean: number | null;
  /** Segmentation: 95 % Hausdorff distances. */
  readonly hausdorff95?: SurfaceDistances;
  /** What else the task is scored by, under the name it is known by; `null` where it cannot be computed. */
  readonly further?: Readonly<Record<string, number | null>>;
  /** Detection: at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives a scan. */
  readonly sensitivities?: readonly number[];
}

/** Distances, over the cases that have one. */
export interface SurfaceDistances {
  /** Pixels where the files of pictures do not say how large these are. */
  readonly unit: 'mm' | 'pixels';
  readonly perClass: readonly (number | null)[];
  readonly mean: number | null;
  /** Of each class, cases without a distance: the structure is in one of the two masks only. */
  readonly without: readonly number[];
}

/** What a network for a task needs to know of the encoder's weights. */
export interface NetworkRequest {
  /** 3D: channels of the first convolution. */
  readonly width: number;
  readonly random: RandomStream;
}

/** A task, opened for one data set. The loop that trains never asks which one it is. */
export interface Task<Item extends LoadedCase = LoadedCase> {
  readonly metric: Metric;
  readonly classes: readonly string[];
  /** Classification: whether a case has exactly one of the classes. */
  readonly exclusive?: boolean;
  /** Segmentation: what the classes are, where they are not single values of the masks. */
  readonly regions?: readonly Region[];
  /** Names of a case's channels, where it has several. */
  readonly channelNames?: readonly string[];
  /** Names of the values in `Assessment.row`. */
  readonly columns: readonly string[];
  /** Reads a case. @throws {ImageError} its image or mask cannot be used */
  read(item: Case, index: number): Promise<Item>;
  /** Memory that a case takes. */
  bytes(item: Item): number;
  network(request: NetworkRequest): TaskNetwork;
  /** Tells a network, before its first step, what it is to know of its labelled cases: the scale of a number, say. */
  fit?(network: TaskNetwork, labelled: readonly Case[]): void;
  /**
   * What is predicted of cases, where it is not the cases themselves: the candidates of scans. Each has the
   * image of its case.
   */
  examples?(cases: readonly Case[]): readonly Case[];
  /** What an epoch trains on, in each epoch as many, where it is not every labelled case once. */
  epoch?(labelled: readonly Case[], draw: Draw): readonly Case[];
  /** The loss of a training batch, a scalar with its graph. */
  loss(network: TaskNetwork, items: readonly Item[], draw: Draw): Tensor;
  /** Predicts cases and compares with what is known; with `draw`, from images as in training. */
  assess(network: TaskNetwork, items: readonly Item[], draw: Draw | null): readonly Assessment[];
  /** What a probe learns from, `[N, features]`; a task without it cannot be probed. */
  features?(network: TaskNetwork, items: readonly Item[]): Tensor;
  /** How a linear probe learns, where it is not by logistic regression of each class. */
  readonly linearProbe?: typeof linearProbe;
  /** What nearest neighbours say, where it is not votes for each class. */
  neighbourProbe?(network: TaskNetwork, neighbours: Neighbours, count: number): TaskNetwork;
  /** Figures of what was predicted of cases. */
  figures(scored: readonly Scored[], cases: readonly Case[]): Figures;
  /** Writes what a prediction is beside its row, a mask say, to `path` with an ending of its own. */
  save?(assessment: Assessment, path: string): Promise<void>;
}

/** What tasks are opened with. */
export interface TaskRequest<Settings> {
  readonly settings: Settings;
  readonly dataset: Dataset;
  readonly compute: Compute;
}

export type TaskFactory<Settings> = (request: TaskRequest<Settings>) => Promise<Task>;
