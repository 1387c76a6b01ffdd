import { RandomStream, scope, stack, type Tensor, tensor } from '@pcrl/torch';
import type { Point } from '../../datasets/index.js';
import { ImageError } from '../../errors.js';
import { worldToVoxel } from '../../images/index.js';
import type { DetectionSettings } from '../../settings/index.js';
import { type Box, intersection, shifted, volumeOf } from '../../views/drawing/box.js';
import { wholeBox } from '../../views/drawing/voxel-grid.js';
import type { ImageInputs } from '../inputs.js';
import type { Draw, LoadedCase } from '../task.js';
import { normalisedCrop } from '../volume.js';
import { openScan, type Scan } from './scan.js';

/** A scan with candidates in it. */
export interface LoadedScan extends LoadedCase {
  readonly scan: Scan;
}

type Views = DetectionSettings['views'];

const MOST_FLIPS = 4;

/** Crops around candidates as the input of a 3D classifier; each case has one candidate. */
export function scanInputs(views: Views, device: string): ImageInputs<LoadedScan> {
  return {
    read: async (item, index) => {
      const scan = await openScan(item.image, views);
      for (const candidate of item.candidates ?? []) checkInside(item.image, scan, candidate);
      return { item, index, scan };
    },
    bytes: ({ scan }) => scan.bytes,
    batch: (items, draw) =>
      scope(() =>
        stack(
          items.map((loaded) => {
            const { position } = loaded.item.candidates![0]!;
            const box = boxAround(loaded.scan, position, views.size);
            return draw ? drawnCrop(loaded, box, views, draw) : crop(loaded.scan, box);
          }),
        ).to({ device }),
      ),
  };
}

/** The box of whole voxels whose middle is nearest to a position in millimetres. */
export function boxAround(
  { place, size }: Pick<Scan, 'place' | 'size'>,
  position: readonly number[],
  wanted: readonly number[],
): Box {
  const inFile = worldToVoxel(place, position);
  const start = wanted.map((side, axis) => {
    const middle = ((inFile[axis]! + 0.5) * size[axis]!) / place.size[axis]!;
    return Math.round(middle - side / 2);
  });
  return { start, size: wanted };
}

function checkInside(path: string, scan: Scan, { position }: Point): void {
  const voxel = boxAround(scan, position, [1, 1, 1]);
  if (volumeOf(intersection(voxel, wholeBox(scan))) > 0) return;
  const place = position.map((mm) => mm.toFixed(1)).join(', ');
  throw new ImageError(
    path,
    `a candidate lies outside of the scan, at (${place}) mm towards right, anterior, superior`,
    'Its table belongs to other images.',
  );
}

/** `[1, X, Y, Z]`, normalised and padded as crops are in pre-training. */
function crop(scan: Scan, box: Box, change: (voxels: Float32Array) => void = () => {}): Tensor {
  const inside = intersection(box, wholeBox(scan));
  const voxels = scan.cut(inside);
  change(voxels);
  const inRegion = shifted(
    box,
    inside.start.map((start) => -start),
  );
  const values = normalisedCrop({ size: inside.size, voxels }, inRegion);
  return tensor(values, [1, ...box.size]);
}

/** A crop as it is trained on: shifted, noisy by chance, mirrored, and turned in the plane of the first two axes. */
function drawnCrop(
  { item, index, scan }: LoadedScan,
  box: Box,
  views: Views,
  { seed, epoch }: Draw,
): Tensor {
  const stream = new RandomStream(seed, 'fine-tuning: candidate', epoch, index, item.example ?? 0);
  const { shift, noise } = views;
  const moved = shifted(
    box,
    box.size.map(() => stream.integer(2 * shift + 1) - shift),
  );
  const isNoisy = stream.chance(noise.chance);
  const made = crop(scan, moved, (voxels) => {
    if (isNoisy) addNoise(voxels, noise.deviation, stream);
  });
  return turned(mirrored(made, views.flip, stream), views.turn, stream);
}

function addNoise(voxels: Float32Array, deviation: number, stream: RandomStream): void {
  const noise = stream.fillNormal(new Float32Array(voxels.length), 0, deviation);
  for (let i = 0; i < voxels.length; i++) voxels[i]! += noise[i]!;
}

function mirrored(made: Tensor, chance: number, stream: RandomStream): Tensor {
  let result = made;
  for (let flips = 0; flips < MOST_FLIPS && stream.chance(chance); flips++) {
    result = result.flip([1 + stream.integer(3)]);
  }
  return result;
}

/** By 90, 180 or 270 degrees; by 180 where the plane is no square. */
function turned(made: Tensor, chance: number, stream: RandomStream): Tensor {
  if (!stream.chance(chance)) return made;
  const isSquare = made.dimension(1) === made.dimension(2);
  const quarters = isSquare ? 1 + stream.integer(3) : 2;
  if (quarters === 2) return made.flip([1, 2]);
  return made.transpose(1, 2).flip([quarters === 1 ? 1 : 2]);
}
