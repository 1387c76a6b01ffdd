import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Validation } from './selection.js';

/** A line of a seed's `metrics.jsonl`: steps since the line before, or a validation. */
export type SeedMetrics =
  | {
      readonly step: number;
      readonly epoch: number;
      /** Mean over the steps since the line before. */
      readonly loss: number;
      readonly learning_rate: number;
      readonly samples_per_second: number;
      readonly data_wait: number;
      readonly live_tensors: number;
    }
  | { readonly step: number; readonly epoch: number; readonly validation: Validation };

/** Adds a line. */
export function appendMetrics(path: string, line: SeedMetrics): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** All whole lines; none where there is no file. */
export function readMetrics(path: string): readonly SeedMetrics[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SeedMetrics);
}

/** The validations among the lines. */
export function validationsIn(lines: readonly SeedMetrics[]): readonly Validation[] {
  return lines.flatMap((line) => ('validation' in line ? [line.validation] : []));
}
