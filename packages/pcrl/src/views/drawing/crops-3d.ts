import { RandomStream } from '@pcrl/torch/random';
import type { ViewSettings3D } from '../../settings/index.js';
import type { SampleAddress } from '../address.js';
import { type Box, boundingBox, boxBetween, endOf, intersection, volumeOf } from './box.js';
import { type Crops, missingOverlap } from './crops-2d.js';
import { drawUntilAccepted } from './redraw.js';
import { excessAir, excessTissue, withReach } from './tissue.js';
import { isConstant, wholeBox } from './voxel-grid.js';
import { type VoxelSource, voxelsNear } from './voxel-source.js';

/** A volume to crop, with its voxels on the scale from 0 to 1. */
export interface CropVolume {
  readonly grid: VoxelSource;
  /** Voxels of the volume per voxel at the target spacing, per axis. */
  readonly unit: readonly number[];
  /** Whether 0 is -1000 HU and 1 is 1000 HU, so that the tissue rules mean something. */
  readonly hounsfield: boolean;
}

const PAIR_TRIES = 500;
const LOCAL_TRIES = 10;

/** The released code lets a local crop start this far outside the box. */
const OFFICIAL_SLACK = 3;

/**
 * Crops of a volume (PCRLv2's sub-crop): two global boxes of sizes from the list, drawn until they
 * overlap by more than `minimumOverlap` and both please the tissue rule, and local boxes inside the
 * smallest box around the two. A pair that pleases all rules is looked for 500 times, then the
 * best one so far is taken.
 */
export function drawCrops3D(
  volume: CropVolume,
  settings: ViewSettings3D,
  { seed, epoch, sample }: SampleAddress,
): Crops {
  const stream = new RandomStream(seed, 'views: global crops', epoch, sample);
  const globals = drawUntilAccepted(
    (): [Box, Box] => [drawGlobal(stream, volume, settings), drawGlobal(stream, volume, settings)],
    (pair) => violation(volume, settings, pair),
    PAIR_TRIES,
  );
  const locals = Array.from({ length: settings.localViews }, (_, local) => {
    const view = globals.length + local;
    const localStream = new RandomStream(seed, 'views: local crop', epoch, sample, view);
    return drawUntilAccepted(
      () => drawLocal(localStream, volume, settings, globals),
      (box) => constancy(volume.grid, box),
      LOCAL_TRIES,
    );
  });
  return { globals, locals };
}

function drawGlobal(stream: RandomStream, volume: CropVolume, settings: ViewSettings3D): Box {
  const size = drawSize(stream, settings.cropSizes, volume, volume.grid.size);
  const start = size.map((side, axis) =>
    drawStart(stream, volume.grid.size[axis]!, side, settings.margins[axis]! * volume.unit[axis]!),
  );
  return { start, size };
}

/**
 * One of the sizes, in voxels of the volume: of those that fit into `extent`; where none fits, of those
 * that stick out least.
 */
function drawSize(
  stream: RandomStream,
  sizes: readonly (readonly number[])[],
  { unit }: CropVolume,
  extent: readonly number[],
): readonly number[] {
  const inVoxels = sizes.map((size) => size.map((side, axis) => side * unit[axis]!));
  const covered = inVoxels.map((size) =>
    size.reduce((share, side, axis) => share * Math.min(1, extent[axis]! / side), 1),
  );
  const most = Math.max(...covered);
  return stream.choose(inVoxels.filter((_, i) => covered[i] === most));
}

/**
 * A whole start coordinate, uniform where the crop keeps `margin` voxels free at both ends. In a small
 * volume the margin shrinks until half the crop's length of freedom is left (or all there is); a crop
 * longer than the volume reaches beyond it, anywhere that holds the whole volume.
 */
function drawStart(stream: RandomStream, extent: number, side: number, margin: number): number {
  const slack = extent - side;
  if (slack < 0) return -stream.integer(Math.floor(-slack) + 1);
  const freedom = Math.min(slack, side / 2);
  const kept = Math.min(margin, (slack - freedom) / 2);
  const low = Math.ceil(kept);
  return low + stream.integer(Math.max(0, Math.floor(slack - kept) - low) + 1);
}

/** 0 for a pair that breaks no rule. Too little overlap weighs more than a breach of the others. */
function violation(
  volume: CropVolume,
  settings: ViewSettings3D,
  pair: readonly [Box, Box],
): number {
  if (settings.localPlacement === 'sub-crop') {
    const missing = missingOverlap(pair, settings.minimumOverlap);
    if (missing > 0) return 10 + missing;
  }
  const breaches = pair.map((box) => contentViolation(volume, settings, box, pair[0]));
  return Math.max(...breaches);
}

function contentViolation(
  { grid, unit, hounsfield }: CropVolume,
  settings: ViewSettings3D,
  box: Box,
  first: Box,
): number {
  if (hounsfield && settings.tissueRule === 'paper') {
    const near = voxelsNear(grid, box);
    return excessAir(near.grid, near.box);
  }
  if (hounsfield && settings.tissueRule === 'official') {
    const limit = volumeOf(first) / unit.reduce((product, side) => product * side, 1);
    const near = voxelsNear(grid, withReach(box, unit[2]!));
    const inNear = { start: near.box.start, size: box.size };
    const excess = excessTissue(near.grid, inNear, settings.size, limit, unit[2]!);
    return excess / settings.size.reduce((product, side) => product * side, 1);
  }
  return constancy(grid, box);
}

/** 1 for a box in which nothing can be learnt. */
function constancy(source: VoxelSource, box: Box): number {
  const near = voxelsNear(source, box);
  return isConstant(near.grid, near.box) ? 1 : 0;
}

function drawLocal(
  stream: RandomStream,
  volume: CropVolume,
  settings: ViewSettings3D,
  globals: readonly [Box, Box],
): Box {
  const whole = wholeBox(volume.grid);
  const around = boundingBox(globals);
  const sizesIn = (extent: readonly number[]) =>
    drawSize(stream, settings.localCropSizes, volume, extent);
  if (settings.localPlacement === 'sub-crop' && !settings.localInsideBox) {
    return drawOfficialLocal(stream, around, whole, sizesIn(whole.size));
  }
  const outer = settings.localPlacement === 'sub-crop' ? intersection(around, whole) : whole;
  return drawInside(stream, outer, sizesIn(outer.size));
}

/** A box of whole start coordinates inside another; centred on it along axes where it is too long. */
function drawInside(stream: RandomStream, outer: Box, size: readonly number[]): Box {
  const start = size.map((side, axis) => {
    const slack = outer.size[axis]! - side;
    const offset = slack >= 0 ? stream.integer(Math.floor(slack) + 1) : slack / 2;
    return outer.start[axis]! + offset;
  });
  return { start, size };
}

/**
 * The released code's local crop: its start corner lies in the box, give or take 3 voxels, and the crop
 * is cut off at the volume's end (at least one voxel is left).
 */
function drawOfficialLocal(
  stream: RandomStream,
  around: Box,
  whole: Box,
  size: readonly number[],
): Box {
  const end = endOf(around);
  const start = size.map((_, axis) => {
    const low = Math.floor(around.start[axis]!) - OFFICIAL_SLACK;
    const drawn = low + stream.integer(Math.floor(end[axis]!) + OFFICIAL_SLACK - low);
    return Math.min(Math.max(drawn, 0), whole.size[axis]! - 1);
  });
  const stop = start.map((low, axis) => Math.min(low + size[axis]!, whole.size[axis]!));
  return boxBetween(start, stop);
}
