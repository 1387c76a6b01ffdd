import { RandomStream } from '@pcrl/torch';
import { type ChestFinding, drawFindings } from '../radiograph/findings.js';
import type { Projection } from '../radiograph/view.js';

/** An invented patient with one or more chest X-ray examinations. */
export interface ChestPatient {
  readonly age: number;
  readonly sex: 'F' | 'M';
  readonly examinations: readonly {
    readonly projection: Exclude<Projection, 'LATERAL'>;
    readonly findings: readonly ChestFinding[];
  }[];
}

const MOST_EXAMINATIONS = 6;

/** Draws a patient: half have one examination, the others up to six; the sicker, the more at the bedside. */
export function drawChestPatient(seed: number, index: number): ChestPatient {
  const random = new RandomStream(seed, 'chest patient', index);
  let count = 1;
  while (count < MOST_EXAMINATIONS && random.chance(0.5)) count++;
  const age = 18 + Math.round(70 * Math.sqrt(random.uniform()));
  const sex = random.chance(0.55) ? 'M' : 'F';
  const examinations = drawFindings(random, count).map((findings) => ({
    projection: random.chance(findings.length > 0 ? 0.45 : 0.3) ? ('AP' as const) : ('PA' as const),
    findings,
  }));
  return { age, sex, examinations };
}
