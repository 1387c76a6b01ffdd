import type { Tensor } from '@pcrl/torch';
import type { Case } from '../datasets/index.js';
import type { Draw, LoadedCase } from './task.js';

/** Turns labelled images into the input of a network. */
export interface ImageInputs<Item extends LoadedCase> {
  read(item: Case, index: number): Promise<Item>;
  bytes(item: Item): number;
  /** `[N, C, ...]`, changed at random with `draw`, else as in testing. */
  batch(items: readonly Item[], draw: Draw | null): Tensor;
}
