import { gzipSync } from 'node:zlib';
import { ImageError } from '../../errors.js';
import { gridAffine } from '../geometry.js';
import type { StoredAxes } from '../image.js';
import { writeWhole } from '../write-whole.js';

/** Voxels and their place, in canonical RAS+ axis order with z fastest, as {@link Image} has them. */
export interface VolumeToWrite {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  /** World position of the first voxel; the origin of the world when left out. */
  readonly origin?: readonly number[];
  /** Row-major 3 x 3; the identity when left out. */
  readonly direction?: readonly number[];
  /** The order in which the file has the axes; as here when left out. */
  readonly stored?: StoredAxes;
  /** The array's type is the type in the file: int16, uint8 or float32. */
  readonly voxels: Int16Array | Uint8Array | Float32Array;
}

const HEADER_BYTES = 352;
const SCANNER = 1;

/**
 * Writes a NIfTI-1 file, gzipped when the name ends in `.gz`, with equal sform and qform.
 *
 * A mask on the grid of an image read by {@link readImage} (same size, spacing, origin, direction)
 * lies on the same places of the patient as the file the image came from.
 * With that image's `stored` axes, it is voxel for voxel on the file's own grid.
 * The file is written beside its place and renamed, so it is never seen half-done.
 *
 * @throws ImageError when size and voxel count do not fit together or NIfTI-1 cannot hold the size.
 */
export async function writeNifti(path: string, volume: VolumeToWrite): Promise<void> {
  checkSize(path, volume);
  const axes = volume.stored ?? { fileAxes: [0, 1, 2], reversed: [false, false, false] };
  const body = fileOrder(volume.voxels, volume.size, axes);
  const bytes = Buffer.concat([
    header(volume.voxels, fileGrid(volume, axes)),
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  ]);
  await writeWhole(path, path.toLowerCase().endsWith('.gz') ? gzipSync(bytes) : bytes);
}

function checkSize(path: string, { size, spacing, voxels }: VolumeToWrite): void {
  const fits = size.length === 3 && size.every((extent) => extent >= 1 && extent <= 32_767);
  const count = size.reduce((product, extent) => product * extent, 1);
  if (fits && spacing.length === 3 && count === voxels.length) return;
  throw new ImageError(
    path,
    `cannot write ${voxels.length} voxels as a volume of ${size.join(' x ')} with spacing ${spacing.join(' x ')}`,
    'A NIfTI-1 volume has three extents of at most 32,767 and three spacings.',
  );
}

/** Size and place of a volume in the order of its file. */
type FileGrid = Required<Pick<VolumeToWrite, 'size' | 'spacing' | 'origin' | 'direction'>>;

function fileGrid(volume: VolumeToWrite, { fileAxes, reversed }: StoredAxes): FileGrid {
  const { size, spacing, origin = [0, 0, 0] } = volume;
  const direction = volume.direction ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const own = [0, 1, 2].map((fileAxis) => fileAxes.indexOf(fileAxis));
  const cosine = (row: number, axis: number) => direction[row * 3 + axis]!;
  const length = (axis: number) => (reversed[axis] ? (size[axis]! - 1) * spacing[axis]! : 0);
  return {
    size: own.map((axis) => size[axis]!),
    spacing: own.map((axis) => spacing[axis]!),
    origin: [0, 1, 2].map((row) =>
      own.reduce((sum, axis) => sum + cosine(row, axis) * length(axis), origin[row]!),
    ),
    direction: [0, 1, 2].flatMap((row) =>
      // Adding 0 turns -0 into 0.
      own.map((axis) => (reversed[axis] ? -1 : 1) * cosine(row, axis) + 0),
    ),
  };
}

function header(voxels: VolumeToWrite['voxels'], grid: FileGrid): Buffer {
  const { size, spacing, origin, direction } = grid;
  const affine = gridAffine(grid);
  const { quaternion, qfac } = toQuaternion(direction);
  const bytes = Buffer.alloc(HEADER_BYTES);

  bytes.writeInt32LE(348, 0);
  [3, ...size, 1, 1, 1, 1].forEach((extent, index) => {
    bytes.writeInt16LE(extent, 40 + index * 2);
  });
  bytes.writeInt16LE(datatype(voxels), 70);
  bytes.writeInt16LE(voxels.BYTES_PER_ELEMENT * 8, 72);
  [qfac, ...spacing, 1, 1, 1, 1].forEach((length, index) => {
    bytes.writeFloatLE(length, 76 + index * 4);
  });
  bytes.writeFloatLE(HEADER_BYTES, 108);
  bytes.writeFloatLE(1, 112);
  bytes.writeUInt8(2, 123); // xyzt_units: millimetres
  bytes.writeInt16LE(SCANNER, 252);
  bytes.writeInt16LE(SCANNER, 254);
  [...quaternion, ...origin].forEach((value, index) => {
    bytes.writeFloatLE(value, 256 + index * 4);
  });
  affine.forEach((value, index) => {
    bytes.writeFloatLE(value, 280 + index * 4);
  });
  bytes.write('n+1\0', 344, 'latin1');
  return bytes;
}

function datatype(voxels: VolumeToWrite['voxels']): number {
  if (voxels instanceof Int16Array) return 4;
  return voxels instanceof Uint8Array ? 2 : 16;
}

/** z-fastest memory order into the order of the file, whose first axis is fastest. */
function fileOrder<T extends VolumeToWrite['voxels']>(
  voxels: T,
  size: readonly number[],
  { fileAxes, reversed }: StoredAxes,
): T {
  const [sizeX, sizeY, sizeZ] = size as [number, number, number];
  const strides = fileAxes.map((fileAxis) =>
    fileAxes.reduce((stride, other, axis) => (other < fileAxis ? stride * size[axis]! : stride), 1),
  );
  const [stepX, stepY, stepZ] = strides.map((stride, axis) =>
    reversed[axis] ? -stride : stride,
  ) as [number, number, number];
  const start = strides.reduce(
    (sum, stride, axis) => (reversed[axis] ? sum + (size[axis]! - 1) * stride : sum),
    0,
  );
  const target = voxels.slice() as T;
  let from = 0;
  for (let x = 0; x < sizeX; x++) {
    for (let y = 0; y < sizeY; y++) {
      for (let z = 0, to = start + x * stepX + y * stepY; z < sizeZ; z++, to += stepZ) {
        target[to] = voxels[from++]!;
      }
    }
  }
  return target;
}

/** A rotation matrix as the (b, c, d) of a unit quaternion with a >= 0 (nifti1.h, method 2). */
function toQuaternion(direction: readonly number[]): { quaternion: number[]; qfac: 1 | -1 } {
  const qfac = determinant(direction) < 0 ? -1 : 1;
  const m = (row: number, column: number) =>
    direction[row * 3 + column]! * (column === 2 ? qfac : 1);
  // The largest of the four squares is never below 1/4, so its root divides safely.
  const squares = [
    1 + m(0, 0) + m(1, 1) + m(2, 2),
    1 + m(0, 0) - m(1, 1) - m(2, 2),
    1 - m(0, 0) + m(1, 1) - m(2, 2),
    1 - m(0, 0) - m(1, 1) + m(2, 2),
  ];
  const products = [
    [squares[0]!, m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)],
    [m(2, 1) - m(1, 2), squares[1]!, m(1, 0) + m(0, 1), m(0, 2) + m(2, 0)],
    [m(0, 2) - m(2, 0), m(1, 0) + m(0, 1), squares[2]!, m(2, 1) + m(1, 2)],
    [m(1, 0) - m(0, 1), m(0, 2) + m(2, 0), m(2, 1) + m(1, 2), squares[3]!],
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const raw = products[largest]!;
  const length = Math.hypot(...raw) * (raw[0]! < 0 ? -1 : 1);
  return { quaternion: raw.slice(1).map((value) => value / length), qfac };
}

function determinant(m: readonly number[]): number {
  const [a, b, c, d, e, f, g, h, i] = m as number[] & { length: 9 };
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
}
