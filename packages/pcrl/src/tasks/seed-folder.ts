import { join } from 'node:path';

/** The places in the folder of a seed. */
export interface SeedFolder {
  /** Written last: a seed with a result is finished. */
  readonly result: string;
  readonly labelled: string;
  readonly metrics: string;
  readonly weights: string;
  readonly predictions: string;
  readonly masks: string;
  readonly checkpoints: string;
}

/** Where things are in the folder of a seed. Touches nothing. */
export function seedFolder(path: string): SeedFolder {
  return {
    result: join(path, 'result.json'),
    labelled: join(path, 'labelled.txt'),
    metrics: join(path, 'metrics.jsonl'),
    weights: join(path, 'network.safetensors'),
    predictions: join(path, 'predictions.csv'),
    masks: join(path, 'predictions'),
    checkpoints: join(path, 'checkpoints'),
  };
}
