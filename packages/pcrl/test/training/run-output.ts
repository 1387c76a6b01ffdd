import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepMetrics } from '../../src/training/metrics.js';

/** The lines of a run's metrics without what a clock decides. */
export function metricsOf(run: string): Partial<StepMetrics>[] {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { samples_per_second, data_wait, ...rest } = JSON.parse(line) as StepMetrics;
      return rest;
    });
}

/** A hash of a run's final weights. */
export function weightsOf(run: string): string {
  return createHash('sha256')
    .update(readFileSync(join(run, 'weights.safetensors')))
    .digest('hex');
}
