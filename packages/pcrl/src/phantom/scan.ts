import type { RandomStream } from '@pcrl/torch';
import type { Point } from './geometry.js';

/**
 * What the scanner adds: a slight blur, and noise that is correlated between neighbours, as after
 * a reconstruction kernel.
 *
 * @param voxels Hounsfield units, `[X, Y, Z]`, z fastest
 * @param noise standard deviation of the noise in Hounsfield units
 * @returns whole Hounsfield units between -1024 and 3071
 */
export function scanVoxels(
  voxels: Float32Array,
  size: Point,
  noise: number,
  random: RandomStream,
): Int16Array {
  const grain = new Float32Array(voxels.length);
  random.fillNormal(grain);
  const blurred = blur(voxels, size, 0.09);
  const smooth = blur(grain, size, smoothing);
  const gain = noise / deviationAfter(smoothing);
  const scanned = new Int16Array(voxels.length);
  for (let i = 0; i < scanned.length; i++) {
    const value = Math.round(blurred[i]! + gain * smooth[i]!);
    scanned[i] = Math.min(3071, Math.max(-1024, value));
  }
  return scanned;
}

const smoothing = 0.2;

/** Standard deviation of white noise after `blur`: the kernel's norm, once an axis. */
function deviationAfter(side: number): number {
  return (2 * side ** 2 + (1 - 2 * side) ** 2) ** 1.5;
}

/** Convolves with (side, 1 - 2 side, side) along each axis; edges are repeated. */
function blur(source: Float32Array, size: Point, side: number): Float32Array {
  let current = source;
  let inner = source.length;
  for (const axis of [0, 1, 2] as const) {
    const length = size[axis];
    inner /= length;
    const next = new Float32Array(current.length);
    for (let start = 0; start < current.length; start += length * inner) {
      for (let at = 0; at < length; at++) {
        const row = start + at * inner;
        const before = at === 0 ? row : row - inner;
        const after = at === length - 1 ? row : row + inner;
        for (let i = 0; i < inner; i++) {
          const here = current[row + i]!;
          next[row + i] = here + side * (current[before + i]! + current[after + i]! - 2 * here);
        }
      }
    }
    current = next;
  }
  return current;
}
