/** Holes of more voxels than this are left open (the released code's value). */
const LARGEST_HOLE = 50_000;

/** A mask `[X, Y, Z]`, z fastest; above 0 is marked. */
export interface MarkedVolume {
  readonly size: readonly number[];
  readonly voxels: Uint8Array;
}

/**
 * Keeps the largest connected part of all that is marked, voxels that share a corner being connected, and fills
 * its holes: unmarked voxels that are cut off from the outside, neighbours sharing a face.
 *
 * Memory: the mask again, and four bytes for each voxel of the box around what is marked.
 *
 * @param filling the label that holes get
 * @param largestHole in voxels
 */
export function largestComponent(
  { size, voxels }: MarkedVolume,
  filling: number,
  largestHole = LARGEST_HOLE,
): Uint8Array {
  const cleaned = voxels.slice();
  const box = boxAround({ size, voxels });
  if (!box) return cleaned;
  const parts = componentsIn(box, CORNERS, (at) => voxels[at]! > 0);
  const largest = 1 + parts.sizes.indexOf(Math.max(...parts.sizes));
  forEachVoxel(box, (at, inBox) => {
    if (parts.of[inBox] !== largest) cleaned[at] = 0;
  });
  const rest = componentsIn(box, FACES, (at) => cleaned[at] === 0);
  forEachVoxel(box, (at, inBox) => {
    const part = rest.of[inBox]! - 1;
    const isHole = part >= 0 && !rest.touchEdge[part] && rest.sizes[part]! <= largestHole;
    if (isHole) cleaned[at] = filling;
  });
  return cleaned;
}

/** A part of a volume, with what is needed to walk through it. */
interface Box {
  readonly start: readonly number[];
  readonly size: readonly number[];
  /** Of the volume. */
  readonly whole: readonly number[];
}

/** All that is marked and a voxel more on each side, as far as the volume goes; undefined where nothing is. */
function boxAround({ size, voxels }: MarkedVolume): Box | undefined {
  const low = [...size];
  const high = [-1, -1, -1];
  const whole = { start: [0, 0, 0], size, whole: size };
  forEachVoxel(whole, (at, _, place) => {
    if (voxels[at] === 0) return;
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis]!, place[axis]!);
      high[axis] = Math.max(high[axis]!, place[axis]!);
    }
  });
  if (high[0] === -1) return undefined;
  const start = low.map((first) => Math.max(0, first - 1));
  const end = high.map((last, axis) => Math.min(size[axis]!, last + 2));
  return { start, size: end.map((past, axis) => past - start[axis]!), whole: size };
}

type Visit = (at: number, inBox: number, place: readonly number[]) => void;

function forEachVoxel({ start, size, whole }: Box, visit: Visit): void {
  const place = [0, 0, 0];
  let inBox = 0;
  for (let x = 0; x < size[0]!; x++) {
    for (let y = 0; y < size[1]!; y++) {
      place[0] = start[0]! + x;
      place[1] = start[1]! + y;
      const row = (place[0] * whole[1]! + place[1]) * whole[2]! + start[2]!;
      for (let z = 0; z < size[2]!; z++, inBox++) {
        place[2] = start[2]! + z;
        visit(row + z, inBox, place);
      }
    }
  }
}

type Step = readonly [number, number, number];

const STEPS: readonly Step[] = [-1, 0, 1].flatMap((x) =>
  [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z): Step => [x, y, z])),
);
const CORNERS = STEPS.filter((step) => step.some((side) => side !== 0));
const FACES = STEPS.filter(([x, y, z]) => Math.abs(x) + Math.abs(y) + Math.abs(z) === 1);

interface Components {
  /** Of each voxel of the box: the number of its part, from 1; 0 where it is in none. */
  readonly of: Int32Array;
  readonly sizes: readonly number[];
  /** Whether a part reaches the faces of the box. */
  readonly touchEdge: readonly boolean[];
}

/** @param isIn by the place in the whole volume */
function componentsIn(
  box: Box,
  neighbours: readonly Step[],
  isIn: (at: number) => boolean,
): Components {
  const [X, Y, Z] = box.size as [number, number, number];
  const of = new Int32Array(X * Y * Z);
  const inWhole = (x: number, y: number, z: number) =>
    ((box.start[0]! + x) * box.whole[1]! + box.start[1]! + y) * box.whole[2]! + box.start[2]! + z;
  const sizes: number[] = [];
  const touchEdge: boolean[] = [];
  const waiting: number[] = [];
  forEachVoxel(box, (seedAt, seed) => {
    if (of[seed] !== 0 || !isIn(seedAt)) return;
    const part = sizes.length + 1;
    let [count, isAtEdge] = [0, false];
    of[seed] = part;
    waiting.push(seed);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      count++;
      const z = at % Z;
      const y = Math.floor(at / Z) % Y;
      const x = Math.floor(at / (Y * Z));
      isAtEdge ||= x === 0 || y === 0 || z === 0 || x === X - 1 || y === Y - 1 || z === Z - 1;
      for (const [dx, dy, dz] of neighbours) {
        const [i, j, k] = [x + dx, y + dy, z + dz];
        if (i < 0 || j < 0 || k < 0 || i >= X || j >= Y || k >= Z) continue;
        const next = (i * Y + j) * Z + k;
        if (of[next] !== 0 || !isIn(inWhole(i, j, k))) continue;
        of[next] = part;
        waiting.push(next);
      }
    }
    sizes.push(count);
    touchEdge.push(isAtEdge);
  });
  return { of, sizes, touchEdge };
}
