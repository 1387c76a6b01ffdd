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
  const strides = [size[1] * size[2], size[2], 1] as const;
  let current = source;
  for (const axis of [0, 1, 2] as const) {
    const stride = strides[axis];
    const last = size[axis] - 1;
    const next = new Float32Array(current.length);
    for (let i = 0; i < current.length; i++) {
      const at = Math.floor(i / stride) % size[axis];
      const before = current[at === 0 ? i : i - stride]!;
      const after = current[at === last ? i : i + stride]!;
      next[i] = current[i]! + side * (before + after - 2 * current[i]!);
    }
    current = next;
  }
  return current;
}
