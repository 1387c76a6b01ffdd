import type { Preparing } from '../datasets/cache/description.js';
import { freeBytes } from '../disk-space.js';
import { PreparingError } from '../errors.js';
import { type ImageHeader, readImageHeader } from '../images/index.js';
import type { PlannedCase } from './plan.js';
import { filesOf } from './prepare-case.js';

const HEADERS_READ = 64;
/** A full disk makes everything else on the machine fail. */
const LEFT_FREE = 1 << 28;

/**
 * The most bytes that cases will take, from the headers of some of them at even distances. Air that is cut
 * away makes it less.
 */
export async function forecastBytes(
  cases: readonly PlannedCase[],
  preparing: Preparing,
): Promise<number> {
  const stride = Math.max(1, Math.ceil(cases.length / HEADERS_READ));
  const sample = cases.filter((_, at) => at % stride === 0);
  const sizes = await Promise.all(
    sample.map(async ({ item }) => {
      const header = await readImageHeader(item.image).catch(() => undefined);
      return header ? [bytesOf(header, filesOf(item, preparing).length, preparing)] : [];
    }),
  );
  const known = sizes.flat();
  const sum = known.reduce((total, bytes) => total + bytes, 0);
  return known.length === 0 ? 0 : (sum / known.length) * cases.length;
}

function bytesOf({ size, spacing }: ImageHeader, files: number, preparing: Preparing): number {
  const voxels = size.reduce((product, side) => product * side, 1);
  if (preparing.dimensions === 2) {
    const shrink = Math.min(1, preparing.shortSide / Math.min(...size));
    return voxels * shrink ** 2 * files;
  }
  const step = preparing.spacing;
  const finer = step === 'native' ? 1 : spacing.reduce((product, old) => (product * old) / step, 1);
  return voxels * finer * 2 * files;
}

/** @throws {PreparingError} the disk has less room than will be needed */
export function checkRoom(cache: string, bytes: number): void {
  const free = freeBytes(cache);
  if (bytes + LEFT_FREE <= free) return;
  throw new PreparingError(
    `${cache}: about ${gigabytes(bytes)} are needed, besides ${gigabytes(LEFT_FREE)} that stay free, ` +
      `and ${gigabytes(free)} are free`,
    'Make room, choose another disk with --out, or a coarser --spacing (--size for pictures).',
  );
}

/** Bytes in words. */
export function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toPrecision(3)} GB` : `${(bytes / 1e6).toPrecision(3)} MB`;
}
