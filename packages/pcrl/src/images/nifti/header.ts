import { ImageError } from '../../errors.js';
import type { StoredGrid } from '../volume.js';
import { countVoxels, type VoxelType } from '../voxel-type.js';
import { fileAffine } from './orientation.js';

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

export interface NiftiHeader extends StoredGrid {
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
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
/** The fields of a header, whatever its version and byte order. */
export class Fields {
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

/**
 * Parses a header of either version and byte order.
 *
 * @param pair whether the voxels are in another file: a .hdr
 * @throws ImageError with the byte where something is wrong.
 */
export function parseNiftiHeader(path: string, bytes: Buffer, pair: boolean): NiftiHeader {
  const fields = openHeader(path, bytes, pair);
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
    offset: dataOffset(path, fields, pair),
    slope: scaled ? slope : 1,
    intercept: scaled ? intercept : 0,
  };
}

const REWRITE = 'Write the file again with the tool that made it, or leave it out.';

function openHeader(path: string, bytes: Buffer, pair: boolean): Fields {
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
  checkMark(path, bytes, version, pair);
  return new Fields(bytes, version, bytes.readInt32LE(0) === length);
}

/** The mark says whether the voxels follow in the same file (n+1) or lie in another one (ni1). */
function checkMark(path: string, bytes: Buffer, version: 1 | 2, pair: boolean): void {
  const at = version === 1 ? 344 : 4;
  const mark = bytes.toString('latin1', at, at + 4);
  const [single, paired] = [`n+${version}\0`, `ni${version}\0`];
  if (mark === (pair ? paired : single)) return;
  if (!pair && mark === paired) {
    throw new ImageError(
      path,
      'the header of a .hdr/.img pair, without voxels',
      'Name it .hdr, beside the .img with the same name.',
    );
  }
  if (pair && mark !== single) {
    throw new ImageError(
      path,
      `no NIfTI mark "ni${version}" at byte ${at}: an Analyze 7.5 header, which does not say where left and right are`,
      'Convert it to NIfTI with a tool that knows how it was written.',
    );
  }
  throw new ImageError(
    path,
    `no NIfTI mark "${(pair ? paired : single).slice(0, 3)}" at byte ${at}`,
    'Convert it to a single .nii file.',
  );
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

function dataOffset(path: string, fields: Fields, pair: boolean): number {
  const offset = fields.voxOffset();
  const least = pair ? 0 : fields.layout.bytes + 4;
  // Some writers leave 0 and mean "right after the header".
  if (offset === 0) return least;
  if (Number.isSafeInteger(offset) && offset >= least) return offset;
  throw new ImageError(
    path,
    `vox_offset at byte ${fields.layout.voxOffset} is ${offset}; voxels start at byte ${least} or later`,
    REWRITE,
  );
}
