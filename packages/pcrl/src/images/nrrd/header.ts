import { dataFileBeside } from '../detached-data.js';
import type { StoredGrid } from '../volume.js';
import { countVoxels, type VoxelType, voxelBytes } from '../voxel-type.js';
import { type NrrdFields, parseFields } from './fields.js';
import { fileAffine } from './orientation.js';

/** How each type may be written (NRRD definition, "type"). */
const TYPE_NAMES: readonly (readonly [VoxelType, string])[] = [
  ['i8', 'signed char, int8, int8_t'],
  ['u8', 'uchar, unsigned char, uint8, uint8_t'],
  ['i16', 'short, short int, signed short, signed short int, int16, int16_t'],
  ['u16', 'ushort, unsigned short, unsigned short int, uint16, uint16_t'],
  ['i32', 'int, signed int, int32, int32_t'],
  ['u32', 'uint, unsigned int, uint32, uint32_t'],
  [
    'i64',
    'longlong, long long, long long int, signed long long, signed long long int, int64, int64_t',
  ],
  ['u64', 'ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t'],
  ['f32', 'float'],
  ['f64', 'double'],
];

const TYPES: ReadonlyMap<string, VoxelType> = new Map(
  TYPE_NAMES.flatMap(([type, names]) => names.split(', ').map((name) => [name, type] as const)),
);

const ENCODINGS: Readonly<Record<string, NrrdHeader['encoding']>> = {
  raw: 'raw',
  gz: 'gzip',
  gzip: 'gzip',
  txt: 'text',
  text: 'text',
  ascii: 'text',
  hex: 'hex',
};

/** The most axes that are looked at; NRRD itself allows 16. */
const MOST_AXES = 16;

export interface NrrdHeader extends StoredGrid {
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly encoding: 'raw' | 'gzip' | 'text' | 'hex';
  /** Lines to skip before the data are decoded. */
  readonly lineSkip: number;
  /** Bytes to skip once they are decoded; -1 means that the voxels are the last bytes. */
  readonly byteSkip: number;
  /** The file with the voxels, or undefined when they follow the header at `headerEnd`. */
  readonly dataPath: string | undefined;
  readonly headerEnd: number;
}

/** @throws ImageError that names the field and its byte. */
export function parseNrrdHeader(path: string, bytes: Buffer): NrrdHeader {
  const fields = parseFields(path, bytes);
  const axes = spatialAxes(path, fields);
  const type = voxelType(fields);
  const encoding = encodingOf(fields);
  const name = fields.get('data file');
  return {
    size: [0, 1, 2].map((axis) => axes[axis]?.size ?? 1),
    affine: fileAffine(fields, axes),
    type,
    littleEndian: littleEndian(fields, type, encoding),
    encoding,
    lineSkip: fields.whole('line skip', 0) ?? 0,
    byteSkip: fields.whole('byte skip', -1) ?? 0,
    dataPath: name === undefined ? undefined : dataFileBeside(path, 'data file', name),
    headerEnd: fields.end,
  };
}

/** An axis along which the volume extends: its number in the file and its size. */
export interface SpatialAxis {
  readonly index: number;
  readonly size: number;
}

/** The two or three axes that lie in space; any other one (a list, colours, time) must be 1 long. */
function spatialAxes(path: string, fields: NrrdFields): SpatialAxis[] {
  fields.require('dimension');
  fields.require('sizes');
  const dimension = fields.whole('dimension', 1)!;
  const sizes = fields.numbers('sizes')!;
  if (dimension > MOST_AXES || sizes.length !== dimension) {
    throw fields.wrong(
      'sizes',
      `as many as "dimension" (${dimension}) are needed, at most ${MOST_AXES}`,
    );
  }
  countVoxels(path, sizes);
  const all = sizes.map((size, index) => ({ index, size }));
  const directions = fields.vectors('space directions');
  const inSpace = directions ? all.filter(({ index }) => directions[index] !== undefined) : all;
  const spatial = directions ? inSpace : dropSingletons(all);
  const others = all.filter((axis) => !spatial.includes(axis) && axis.size > 1);
  if (spatial.length >= 1 && spatial.length <= 3 && others.length === 0) return spatial;
  throw fields.wrong('sizes', 'one volume with one number a voxel is read');
}

/** Without directions, axes of size 1 beyond the third give way to those that extend. */
function dropSingletons(axes: readonly SpatialAxis[]): SpatialAxis[] {
  if (axes.length <= 3) return [...axes];
  const long = axes.filter(({ size }) => size > 1);
  return long.length >= 3 ? long : axes.slice(0, 3);
}

function voxelType(fields: NrrdFields): VoxelType {
  const type = TYPES.get(fields.require('type').toLowerCase());
  if (type) return type;
  throw fields.wrong('type', 'whole numbers of 8 to 64 bits, float and double are read');
}

function encodingOf(fields: NrrdFields): NrrdHeader['encoding'] {
  const encoding = ENCODINGS[fields.require('encoding').toLowerCase()];
  if (encoding) return encoding;
  throw fields.wrong('encoding', 'raw, gzip, text and hex are read; bzip2 is not');
}

function littleEndian(
  fields: NrrdFields,
  type: VoxelType,
  encoding: NrrdHeader['encoding'],
): boolean {
  if (voxelBytes(type) === 1 || encoding === 'text') return true;
  const endian = fields.require('endian').toLowerCase();
  if (endian === 'little' || endian === 'big') return endian === 'little';
  throw fields.wrong('endian', 'little or big is needed');
}
