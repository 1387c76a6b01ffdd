import type { Findings } from '../datasets/findings.js';
import type { Case } from '../datasets/index.js';
import { isLabel, readMaskValues } from '../datasets/read-mask.js';
import { ImageError } from '../errors.js';
import { type Image, readImage, unusableReason } from '../images/index.js';
import type { InspectedImage } from './inspection.js';

/** An image in memory with its mask, and what was found out about it. */
export interface ReadCase {
  readonly item: Case;
  /** The image, or all its channels. */
  readonly channels: readonly Image[];
  readonly mask: Image | undefined;
  readonly inspected: InspectedImage;
}

/**
 * Reads the voxels of a case; damage, constant images, values that are not finite and odd masks become
 * findings.
 *
 * @returns undefined when its image cannot be read
 */
export async function readVoxels(item: Case, findings: Findings): Promise<ReadCase | undefined> {
  const channels: Image[] = [];
  for (const path of item.channels ?? [item.image]) {
    const image = await readOne(path, readImage, findings);
    if (!image) continue;
    const reason = unusableReason(image);
    if (reason) findings.add(reason, path);
    channels.push(image);
  }
  const [first] = channels;
  if (!first) return undefined;
  const mask =
    item.mask === undefined ? undefined : await readOne(item.mask, readMaskValues, findings);
  const maskValues = mask ? countValues(mask, findings) : undefined;
  const inspected = { ...intensities(item, first), ...(maskValues ? { maskValues } : {}) };
  return { item, channels, mask, inspected };
}

async function readOne(
  path: string,
  read: (path: string) => Promise<Image>,
  findings: Findings,
): Promise<Image | undefined> {
  try {
    return await read(path);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    findings.add(`unreadable: ${error.reason}`, path);
    return undefined;
  }
}

/** Enough values for percentiles. */
const SAMPLES = 100_000;

function intensities(item: Case, { voxels, unit }: Image): InspectedImage {
  let [lowest, highest, sum, squares, finite] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i]!;
    if (!Number.isFinite(value)) continue;
    finite++;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    sum += value;
    squares += value * value;
  }
  const mean = sum / finite;
  const deviation = Math.sqrt(Math.max(0, squares / finite - mean * mean));
  // An odd distance does not fall in step with the usual even sizes.
  const stride = Math.ceil(voxels.length / SAMPLES) | 1;
  const sampled = new Float32Array(Math.ceil(voxels.length / stride));
  for (let i = 0; i < sampled.length; i++) sampled[i] = voxels[i * stride]!;
  const sorted = sampled.filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const percentiles = [at(0.01), at(0.5), at(0.99)] as const;
  return { item, unit, lowest, highest, mean, deviation, percentiles };
}

function countValues({ path, voxels }: Image, findings: Findings): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i]!;
    if (value === 0) continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (isLabel(value)) continue;
    findings.add(
      'a mask holds other values than whole numbers from 0 to 255',
      `${path} (${value})`,
    );
    break;
  }
  if (counts.size === 0) findings.add('an empty mask', path);
  return counts;
}
