/**
 * An axis-aligned box in voxel coordinates: voxel `i` of an axis covers `[i, i + 1)`, so a box that
 * starts at 0 and has the image's size is the whole image. Axes are those of the tensor,
 * `[H, W]` or `[X, Y, Z]`; fractions are allowed, and a box may reach beyond its image.
 */
export interface Box {
  readonly start: readonly number[];
  readonly size: readonly number[];
}

/** Number of voxels in a box (a fraction where its sides are). */
export function volumeOf(box: Box): number {
  return box.size.reduce((product, side) => product * side, 1);
}

/** The first coordinate after the box, per axis. */
export function endOf(box: Box): number[] {
  return box.start.map((start, axis) => start + box.size[axis]!);
}

/** The box between two corners. Sides that would be negative are 0. */
export function boxBetween(start: readonly number[], end: readonly number[]): Box {
  return { start: [...start], size: start.map((low, axis) => Math.max(0, end[axis]! - low)) };
}

/** What two boxes share; sides of length 0 where they share nothing. */
export function intersection(a: Box, b: Box): Box {
  const end = endOf(a).map((value, axis) => Math.min(value, endOf(b)[axis]!));
  return boxBetween(
    a.start.map((value, axis) => Math.max(value, b.start[axis]!)),
    end,
  );
}

/** The smallest box around all of the given ones (at least one). */
export function boundingBox(boxes: readonly Box[]): Box {
  const axes = boxes[0]!.start.map((_, axis) => axis);
  return boxBetween(
    axes.map((axis) => Math.min(...boxes.map((box) => box.start[axis]!))),
    axes.map((axis) => Math.max(...boxes.map((box) => endOf(box)[axis]!))),
  );
}

/** Intersection over union: 1 for equal boxes, 0 for disjoint ones. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = volumeOf(intersection(a, b));
  return shared / (volumeOf(a) + volumeOf(b) - shared);
}

/** Whether `inner` lies entirely inside `outer`. */
export function contains(outer: Box, inner: Box): boolean {
  return inner.start.every(
    (low, axis) =>
      low >= outer.start[axis]! && low + inner.size[axis]! <= endOf(outer)[axis]! + 1e-9,
  );
}

/** The box moved along each axis. */
export function shifted({ start, size }: Box, by: readonly number[]): Box {
  return { start: start.map((low, axis) => low + by[axis]!), size };
}
