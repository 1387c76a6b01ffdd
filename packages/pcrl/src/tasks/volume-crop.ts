import type { RandomStream } from '@pcrl/torch';
import type { Box } from '../views/drawing/box.js';

/** A box anywhere in a volume; along an axis on which it is larger, the volume anywhere in the box. */
export function drawBox(
  stream: RandomStream,
  volume: readonly number[],
  size: readonly number[],
): Box {
  const start = size.map((side, axis) => {
    const spare = volume[axis]! - side;
    return Math.min(0, spare) + stream.integer(Math.abs(spare) + 1);
  });
  return { start, size };
}

/** The box in the middle of a volume. */
export function centralBox(volume: readonly number[], size: readonly number[]): Box {
  return { start: size.map((side, axis) => Math.floor((volume[axis]! - side) / 2)), size };
}
