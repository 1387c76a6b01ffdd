import { ImageError } from '../../errors.js';
import { gunzipHead, inflate, isGzip, readBytes, readHead } from '../bytes.js';
import type { ImageFormat } from '../format.js';
import type { Affine } from '../geometry.js';
import type { Image, ImageHeader } from '../image.js';
import { type StoredGrid, volumeHeader, volumeImage } from '../volume.js';
import { countVoxels, isInteger, type VoxelType, viewVoxels, voxelBytes } from '../voxel-type.js';

/** Bytes that may follow the voxels inside a gzip stream before it counts as damaged. */
const TRAILING_BYTES = 1 << 20;

const DATATYPES: Readonly<Record<number, VoxelType>> = {
  2: 'u8',
  4: 'i16',
  8: 'i32',
  16: 'f32',
  64: 'f64',
  256: 'i8',
  512: 'u16',
  768: 'u32',
  1024: 'i64',
  1280: 'u64',
};

const OTHER_DATATYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'RGB colours',
  1536: '128-bit floats',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'RGBA colours',
};

interface NiftiHeader extends StoredGrid {
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
}

export const nifti: ImageFormat = {
  name: 'NIfTI',
  extensions: ['.nii', '.nii.gz'],
  dimensions: 3,
  read: readNifti,
  readHeader: readNiftiHeader,
};

/** Reads a NIfTI-1 or NIfTI-2 single file, plain or gzipped (told by its bytes, not its name). */
async function readNifti(path: string): Promise<Image> {
  const bytes = await readBytes(path);
  const zipped = isGzip(bytes);
  const header = parseHeader(path, zipped ? gunzipHead(path, bytes) : bytes);
  const end = header.offset + countVoxels(path, header.size) * voxelBytes(header.type);
  const data = zipped ? inflate(path, bytes, 'gzip', end + TRAILING_BYTES) : bytes;
  const voxels = viewVoxels(path, data, header);
  return volumeImage(path, { ...header, voxels, integer: isInteger(header.type) });
}

/** Reads size and place of a NIfTI file from its first bytes. */
async function readNiftiHeader(path: string): Promise<ImageHeader> {
  const head = await readHead(path);
  return volumeHeader(path, parseHeader(path, isGzip(head) ? gunzipHead(path, head) : head));
}

/** Field positions of the two versions (nifti1.h and nifti2.h of the NIfTI standard). */
const LAYOUTS = {
  1: {
    bytes: 348,
    datatype: 70,
    dim: 40,
    pixdim: 76,
    voxOffset: 108,
    slope: 112,
    intercept: 116,
    units: 123,
    qformCode: 252,
    sformCode: 254,
    quaternion: 256,
    sform: 280,
  },
  2: {
    bytes: 540,
    datatype: 12,
    dim: 16,
    pixdim: 104,
    voxOffset: 168,
    slope: 176,
    intercept: 184,
    units: 500,
    qformCode: 344,
    sformCode: 348,
    quaternion: 352,
    sform: 400,
  },
} as const;

/** One header's fields by position, in its version's widths and its byte order. */
class Fields {
  readonly layout: (typeof LAYOUTS)[1 | 2];
  readonly #view: DataView;

  constructor(
    bytes: Buffer,
    readonly version: 1 | 2,
    readonly littleEndian: boolean,
  ) {
    this.layout = LAYOUTS[version];
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, this.layout.bytes);
  }

  short(at: number): number {
    return this.#view.getInt16(at, this.littleEndian);
  }

  code(at: number): number {
    return this.version === 1 ? this.short(at) : this.#view.getInt32(at, this.littleEndian);
  }

  /** float32 in NIfTI-1, float64 in NIfTI-2. */
  real(start: number, index = 0): number {
    return this.version === 1
      ? this.#view.getFloat32(start + index * 4, this.littleEndian)
      : this.#view.getFloat64(start + index * 8, this.littleEndian);
  }

  dim(index: number): number {
    const { dim } = this.layout;
    return this.version === 1
      ? this.short(dim + index * 2)
      : Number(this.#view.getBigInt64(dim + index * 8, this.littleEndian));
  }

  voxOffset(): number {
    const { voxOffset } = this.layout;
    return this.version === 1
      ? this.real(voxOffset)
      : Number(this.#view.getBigInt64(voxOffset, this.littleEndian));
  }

  /** Space units of xyzt_units, in millimetres. */
  millimetres(): number {
    const { units } = this.layout;
    const code = this.version === 1 ? this.#view.getUint8(units) : this.code(units);
    return { 1: 1000, 3: 0.001 }[code & 7] ?? 1;
  }

  /** pixdim of axis 1, 2 or 3; 1 where it is not a length. */
  pixdim(axis: number): number {
    const length = Math.abs(this.real(this.layout.pixdim, axis));
    return Number.isFinite(length) && length > 0 ? length : 1;
  }
}

function parseHeader(path: string, bytes: Buffer): NiftiHeader {
  const fields = openHeader(path, bytes);
  const { layout } = fields;
  const size = volumeSize(path, fields);
  const slope = fields.real(layout.slope);
  const intercept = fields.real(layout.intercept);
  const scaled = Number.isFinite(slope) && slope !== 0;
  if (scaled && !Number.isFinite(intercept)) {
    throw new ImageError(path, `scl_inter at byte ${layout.intercept} is ${intercept}`, REWRITE);
  }
  const scale = fields.millimetres();
  return {
    size,
    affine: fileAffine(fields, size).map((value) => value * scale),
    type: voxelType(path, fields),
    littleEndian: fields.littleEndian,
    offset: dataOffset(path, fields),
    slope: scaled ? slope : 1,
    intercept: scaled ? intercept : 0,
  };
}

const REWRITE = 'Write the file again with the tool that made it, or leave it out.';

function openHeader(path: string, bytes: Buffer): Fields {
  const version = ([1, 2] as const).find((v) => {
    const size = LAYOUTS[v].bytes;
    return bytes.length >= 4 && (bytes.readInt32LE(0) === size || bytes.readInt32BE(0) === size);
  });
  if (version === undefined) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
    throw new ImageError(
      path,
      `not a NIfTI file: byte 0 starts ${start.join(' ')}, where the header size 348 or 540 belongs`,
      'Check what the file is; its name says NIfTI.',
    );
  }
  const length = LAYOUTS[version].bytes;
  if (bytes.length < length) {
    throw new ImageError(
      path,
      `cut short: the NIfTI header ends at byte ${length}, the data at byte ${bytes.length}`,
      'Copy or download the file again.',
    );
  }
  const magic = bytes.toString('latin1', ...(version === 1 ? [344, 348] : [4, 8]));
  if (magic !== `n+${version}\0`) {
    throw new ImageError(
      path,
      magic === `ni${version}\0`
        ? 'the header of a .hdr/.img pair, without voxels'
        : `no NIfTI mark "n+${version}" at byte ${version === 1 ? 344 : 4}`,
      'Convert it to a single .nii file.',
    );
  }
  return new Fields(bytes, version, bytes.readInt32LE(0) === length);
}

/** The first three extents; further ones must be 1. */
function volumeSize(path: string, fields: Fields): number[] {
  const rank = fields.dim(0);
  if (!(rank >= 1 && rank <= 7)) {
    throw new ImageError(
      path,
      `dim[0] at byte ${fields.layout.dim} is ${rank}; 1 to 7 make sense`,
      REWRITE,
    );
  }
  const dims = Array.from({ length: 7 }, (_, axis) => (axis < rank ? fields.dim(axis + 1) : 1));
  const volumes = countVoxels(path, dims) / countVoxels(path, dims.slice(0, 3));
  if (volumes > 1) {
    throw new ImageError(
      path,
      `holds ${volumes} volumes (${dims.slice(0, rank).join(' x ')}); one volume a file is read`,
      'Split it into one file per volume (for example with fslsplit).',
    );
  }
  return dims.slice(0, 3);
}

function voxelType(path: string, fields: Fields): VoxelType {
  const code = fields.short(fields.layout.datatype);
  const type = DATATYPES[code];
  if (type) return type;
  const kind = OTHER_DATATYPES[code];
  throw new ImageError(
    path,
    `NIfTI datatype ${code} at byte ${fields.layout.datatype}${kind ? ` (${kind})` : ''} is not read`,
    'Convert it to one integer or floating-point number a voxel.',
  );
}

function dataOffset(path: string, fields: Fields): number {
  const offset = fields.voxOffset();
  const least = fields.layout.bytes + 4;
  // Some writers leave 0 and mean "right after the header".
  if (offset === 0) return least;
  if (Number.isSafeInteger(offset) && offset >= least) return offset;
  throw new ImageError(
    path,
    `vox_offset at byte ${fields.layout.voxOffset} is ${offset}; voxels start at byte ${least} or later`,
    REWRITE,
  );
}

/** sform before qform before none, as nibabel chooses. */
function fileAffine(fields: Fields, size: readonly number[]): Affine {
  const { layout } = fields;
  if (fields.code(layout.sformCode) > 0) {
    return Array.from({ length: 12 }, (_, index) => fields.real(layout.sform, index));
  }
  return fields.code(layout.qformCode) > 0 ? qformAffine(fields) : plainAffine(fields, size);
}

/** Method 2 of nifti1.h: rotation by the unit quaternion (a, b, c, d), qfac in pixdim[0]. */
function qformAffine(fields: Fields): Affine {
  const { quaternion, pixdim } = fields.layout;
  const part = (index: number) => fields.real(quaternion, index);
  const length = Math.hypot(part(0), part(1), part(2));
  // Rounding can push b, c, d past length 1; then a is 0 and the rest is normalised.
  const norm = Math.max(length, 1);
  const [b, c, d] = [part(0) / norm, part(1) / norm, part(2) / norm];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const qfac = fields.real(pixdim) < 0 ? -1 : 1;
  const [x, y, z] = [fields.pixdim(1), fields.pixdim(2), fields.pixdim(3) * qfac];
  return [
    ...[(a * a + b * b - c * c - d * d) * x, 2 * (b * c - a * d) * y, 2 * (b * d + a * c) * z],
    part(3),
    ...[2 * (b * c + a * d) * x, (a * a + c * c - b * b - d * d) * y, 2 * (c * d - a * b) * z],
    part(4),
    ...[2 * (b * d - a * c) * x, 2 * (c * d + a * b) * y, (a * a + d * d - b * b - c * c) * z],
    part(5),
  ];
}

/** No orientation in the file: x towards the left as in Analyze 7.5, centred (as nibabel does). */
function plainAffine(fields: Fields, size: readonly number[]): Affine {
  const steps = [-fields.pixdim(1), fields.pixdim(2), fields.pixdim(3)];
  return steps.flatMap((step, row) => [
    ...[0, 1, 2].map((axis) => (axis === row ? step : 0)),
    (-step * (size[row]! - 1)) / 2,
  ]);
}
