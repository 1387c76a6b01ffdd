import { basename } from 'node:path';
import { writeWhole } from '../../images/index.js';
import type { Point } from '../geometry.js';
import { flipped } from './flipped.js';

/** A CT to write as a header with its voxels beside it. */
export interface MetaImagePair {
  readonly size: Point;
  readonly spacing: Point;
  /** RAS+ millimetres of the first voxel. */
  readonly origin: Point;
  /** Whether the file's x and y run against ITK's axes, which its TransformMatrix then says. */
  readonly flipped: boolean;
  /** `[X, Y, Z]` in RAS+ orientation, z fastest. */
  readonly voxels: Int16Array;
}

/** Writes `NAME.mhd` and `NAME.raw` (int16, little-endian, x fastest), as LUNA16 has them. */
export async function writeMetaImagePair(path: string, pair: MetaImagePair): Promise<void> {
  const { size, spacing, voxels } = pair;
  // ITK's world is left, posterior, superior: unflipped, x and y run against ours.
  const stored = xFastest(pair.flipped ? voxels : flipped(voxels, size, [0, 1]), size);
  const data = path.replace(/\.mhd$/, '.raw');
  await writeWhole(data, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  const sign = pair.flipped ? -1 : 1;
  await writeWhole(
    path,
    `${[
      'ObjectType = Image',
      'NDims = 3',
      'BinaryData = True',
      'BinaryDataByteOrderMSB = False',
      'CompressedData = False',
      `TransformMatrix = ${sign} 0 0 0 ${sign} 0 0 0 1`,
      `Offset = ${firstVoxel(pair).join(' ')}`,
      'CenterOfRotation = 0 0 0',
      'AnatomicalOrientation = RAI',
      `ElementSpacing = ${spacing.join(' ')}`,
      `DimSize = ${size.join(' ')}`,
      'ElementType = MET_SHORT',
      `ElementDataFile = ${basename(data)}`,
    ].join('\n')}\n`,
  );
}

/** World position of the file's first voxel: left, posterior, superior. */
function firstVoxel({ size, spacing, origin, flipped: against }: MetaImagePair): Point {
  const corner = (axis: 0 | 1) =>
    -(origin[axis] + (against ? 0 : (size[axis] - 1) * spacing[axis]));
  return [corner(0), corner(1), origin[2]];
}

function xFastest(voxels: Int16Array, [sizeX, sizeY, sizeZ]: Point): Int16Array {
  const target = new Int16Array(voxels.length);
  let from = 0;
  for (let x = 0; x < sizeX; x++) {
    for (let y = 0; y < sizeY; y++) {
      for (let z = 0; z < sizeZ; z++) target[(z * sizeY + y) * sizeX + x] = voxels[from++]!;
    }
  }
  return target;
}
