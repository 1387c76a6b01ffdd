import type { Case } from '../../datasets/index.js';
import type { VolumeToWrite } from '../../images/index.js';
import type { LabelPlane, Raster } from '../../pictures/index.js';
import type { Compute } from '../../training/device.js';
import type { LoadedCase } from '../task.js';
import type { Attention } from './attention.js';
import type { FinetunedModel, StateDict } from './model.js';

/** What a network says of an image. */
export interface Predicted {
  /** One for each class. */
  readonly values: readonly number[];
  /** On the grid of the image's file. */
  readonly mask?: VolumeToWrite;
  /** The mask of a picture. */
  readonly labels?: LabelPlane;
  readonly candidates?: ScoredCandidates;
}

/** Candidates in a scan, each with its own score. */
export interface ScoredCandidates {
  /** The name of the scan in tables. */
  readonly series: string;
  readonly places: readonly FoundPlace[];
}

/** A candidate with what the network makes of it. */
export interface FoundPlace {
  /** World position in RAS+ millimetres. */
  readonly position: readonly [number, number, number];
  readonly score: number;
}

/** A fine-tuned network, ready to predict. */
export interface Predictor<Item extends LoadedCase = LoadedCase> {
  /** What the values are: scores from 0 to 1, numbers, or millilitres or pixels of each structure. */
  readonly quantity: 'score' | 'value' | 'ml' | 'pixels';
  readonly classes: readonly string[];
  /** Images in memory at a time. */
  readonly atOnce: number;
  /** @throws {ImageError} the image cannot be used */
  read(item: Case): Promise<Item>;
  predict(items: readonly Item[]): readonly Predicted[];
  /** Where in the image the network looks for each class. */
  attention?(item: Item, predicted: Predicted): readonly Attention[];
  /** Where in the image the answer comes from, as a picture. */
  picture(item: Item, predicted: Predicted): Raster;
  /** Frees the network. */
  dispose(): void;
}

/** What a predictor is made from. */
export interface PredictorRequest {
  readonly model: FinetunedModel;
  readonly weights: StateDict;
  readonly compute: Compute;
}
