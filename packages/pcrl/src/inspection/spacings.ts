import type { Findings } from '../datasets/findings.js';
import type { ImageHeader } from '../images/index.js';

/** Voxel edges in millimetres that no clinical scanner of a body makes. */
const FINEST = 0.05;
const COARSEST = 20;
/** Times the median of the dataset's volumes. */
const FAR_FROM_OTHERS = 5;

/** Reports volumes whose voxel size is hardly true, or far from that of the others. */
export function checkSpacings(headers: readonly ImageHeader[], findings: Findings): void {
  const volumes = headers.filter(({ size }) => size.length === 3);
  const medians = [0, 1, 2].map((axis) => median(volumes.map(({ spacing }) => spacing[axis]!)));
  for (const { path, spacing } of volumes) {
    const shown = `${path} (${spacing.map((mm) => Number(mm.toPrecision(4))).join(' x ')} mm)`;
    const isFar = (mm: number, axis: number) =>
      mm > medians[axis]! * FAR_FROM_OTHERS || mm * FAR_FROM_OTHERS < medians[axis]!;
    if (!spacing.every((mm) => mm >= FINEST && mm <= COARSEST)) {
      findings.add(`odd spacing: a voxel edge under ${FINEST} or over ${COARSEST} mm`, shown);
    } else if (spacing.some(isFar)) {
      findings.add('odd spacing: more than five times that of most volumes, or less', shown);
    }
  }
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
