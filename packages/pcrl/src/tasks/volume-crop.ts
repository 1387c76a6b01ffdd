import type { RandomStream } from '@pcrl/torch';
import { rangeAbove } from '../preparing/kept-grid.js';
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

/** {@link drawBox} in a part of a volume; what would lie outside of the volume is moved in, where it fits. */
export function drawBoxIn(
  stream: RandomStream,
  part: Box,
  size: readonly number[],
  volume: readonly number[],
): Box {
  const drawn = drawBox(stream, part.size, size);
  const start = drawn.start.map((first, axis) => {
    const inVolume = part.start[axis]! + first;
    const spare = volume[axis]! - size[axis]!;
    return Math.min(Math.max(inVolume, Math.min(0, spare)), Math.max(0, spare));
  });
  return { start, size };
}

/** The smallest box around all labels above 0, with a margin inside the volume; the whole where there is none. */
export function boxAround(mask: Float32Array, size: readonly number[], margin: number): Box {
  const marked = rangeAbove(mask, size, 0);
  if (!marked) return { start: size.map(() => 0), size };
  const start = marked.map(([first]) => Math.max(0, first - margin));
  const end = marked.map(([, last], axis) => Math.min(size[axis]!, last + 1 + margin));
  return { start, size: end.map((after, axis) => after - start[axis]!) };
}

/** The box in the middle of a volume. */
export function centralBox(volume: readonly number[], size: readonly number[]): Box {
  return { start: size.map((side, axis) => Math.floor((volume[axis]! - side) / 2)), size };
}
