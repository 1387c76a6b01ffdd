import { RandomStream } from '@pcrl/torch';
import type { Case } from '../../datasets/index.js';
import { DatasetError } from '../../errors.js';
import type { Draw } from '../task.js';

/** Each candidate of scans as a case of its own, scan after scan. */
export function candidatesOf(scans: readonly Case[]): readonly Case[] {
  return scans.flatMap((scan) =>
    (scan.candidates ?? []).map((candidate, example) => ({
      ...scan,
      example,
      candidates: [candidate],
      labels: [candidate.label],
    })),
  );
}

/**
 * What an epoch trains on: every candidate that is a finding, and for each so many others at random, as
 * far as there are any.
 *
 * @throws {DatasetError} none of the candidates is a finding
 */
export function drawCandidates(
  scans: readonly Case[],
  negatives: number,
  { seed, epoch }: Draw,
): readonly Case[] {
  const all = candidatesOf(scans);
  const findings = all.filter(({ labels }) => labels?.[0] === 1);
  const others = all.filter(({ labels }) => labels?.[0] === 0);
  if (findings.length === 0) {
    throw new DatasetError(
      `none of the ${all.length.toLocaleString('en')} candidates in the ${scans.length} labelled scans is a nodule`,
      'Take more labels: --labels.',
    );
  }
  const stream = new RandomStream(seed, 'fine-tuning: candidates', epoch);
  return [...findings, ...drawn(others, negatives * findings.length, stream)];
}

/** How many candidates {@link drawCandidates} draws. */
export function countDrawn(scans: readonly Case[], negatives: number): number {
  const labels = scans.flatMap(({ candidates = [] }) => candidates.map(({ label }) => label));
  const findings = labels.filter((label) => label === 1).length;
  return findings + Math.min(negatives * findings, labels.length - findings);
}

/** Some of a list, each at most once. */
function drawn<T>(list: readonly T[], wanted: number, stream: RandomStream): readonly T[] {
  if (wanted >= list.length) return list;
  const left = [...list];
  // The beginning of a shuffle (Fisher and Yates) is enough: most candidates are never drawn.
  for (let at = 0; at < wanted; at++) {
    const other = at + stream.integer(left.length - at);
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left.slice(0, wanted);
}
