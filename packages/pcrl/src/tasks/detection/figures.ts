import type { Case } from '../../datasets/index.js';
import { type DetectedScan, froc } from '../../metrics/index.js';
import { aurocFigures } from '../classifier.js';
import type { Figures, Scored } from '../task.js';

/**
 * AUROC over all candidates, as the paper scores LUNA16, and FROC over all scans, as LUNA16 scores
 * itself: a scan without candidates counts, with all its nodules missed.
 */
export function detectionFigures(scored: readonly Scored[], scans: readonly Case[]): Figures {
  const found = froc(detectedScans(scored, scans));
  return {
    ...aurocFigures(scored, 1),
    further: { CPM: found?.score ?? null },
    ...(found ? { sensitivities: found.sensitivities } : {}),
  };
}

/** What was found in each scan, with the scores that begin the rows. */
export function detectedScans(
  scored: readonly Scored[],
  scans: readonly Case[],
): readonly DetectedScan[] {
  const candidates = new Map<string, DetectedScan['candidates'][number][]>();
  for (const { item, row } of scored) {
    const { position } = item.candidates![0]!;
    const known = candidates.get(item.image);
    const candidate = { position, score: row[0]! };
    if (known) known.push(candidate);
    else candidates.set(item.image, [candidate]);
  }
  return scans.map(({ image, points = [], irrelevant = [] }) => ({
    candidates: candidates.get(image) ?? [],
    nodules: points,
    irrelevant,
  }));
}
