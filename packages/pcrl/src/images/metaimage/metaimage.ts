import { ImageError } from '../../errors.js';
import { readBytes, readHead } from '../bytes.js';
import { compressedVolume } from '../compressed-volume.js';
import { dataFileBeside, readDataFile } from '../detached-data.js';
import type { ImageFormat } from '../format.js';
import type { Affine } from '../geometry.js';
import type { Image, ImageHeader } from '../image.js';
import { type StoredGrid, volumeHeader, volumeImage } from '../volume.js';
import { countVoxels, isInteger, type VoxelType, viewVoxels, voxelBytes } from '../voxel-type.js';

const ELEMENT_TYPES: Readonly<Record<string, VoxelType>> = {
  MET_CHAR: 'i8',
  MET_UCHAR: 'u8',
  MET_SHORT: 'i16',
  MET_USHORT: 'u16',
  MET_INT: 'i32',
  MET_UINT: 'u32',
  MET_LONG: 'i32',
  MET_ULONG: 'u32',
  MET_LONG_LONG: 'i64',
  MET_ULONG_LONG: 'u64',
  MET_FLOAT: 'f32',
  MET_DOUBLE: 'f64',
};

interface MetaHeader extends StoredGrid {
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  readonly compressed: boolean;
  /** Bytes to skip in the data; -1 means that the voxels are the last bytes. */
  readonly skip: number;
  /** The file with the voxels, or undefined when they follow the header at `headerEnd`. */
  readonly dataPath: string | undefined;
  readonly headerEnd: number;
}

export const metaImage: ImageFormat = {
  name: 'MetaImage',
  extensions: ['.mhd', '.mha'],
  companions: ['.raw', '.zraw'],
  dimensions: 3,
  read: readMetaImage,
  readHeader: readMetaImageHeader,
};

/** Reads a MetaImage: .mhd with its data file beside it, or .mha in one file, compressed or not. */
async function readMetaImage(path: string): Promise<Image> {
  const bytes = await readBytes(path);
  const header = parseHeader(path, bytes);
  const stored = header.dataPath
    ? await readDataFile(path, header.dataPath)
    : bytes.subarray(header.headerEnd);
  const values = { ...header, slope: 1, intercept: 0 };
  if (header.compressed) {
    const offset = Math.max(0, header.skip);
    return compressedVolume(path, stored, { ...values, kind: 'zlib', offset, trailing: 0 });
  }
  const need = countVoxels(path, header.size) * voxelBytes(header.type);
  const offset = header.skip === -1 ? Math.max(0, stored.length - need) : header.skip;
  const voxels = viewVoxels(path, stored, { ...header, offset });
  return volumeImage(path, { ...values, voxels, integer: isInteger(header.type) });
}

/** Reads size and place of a MetaImage from its first bytes. */
async function readMetaImageHeader(path: string): Promise<ImageHeader> {
  return volumeHeader(path, parseHeader(path, await readHead(path)));
}

interface Tags {
  readonly values: ReadonlyMap<string, string>;
  readonly end: number;
}

/** Lines of `Key = value`, of which ElementDataFile is by definition the last. */
function parseTags(path: string, bytes: Buffer): Tags {
  const values = new Map<string, string>();
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.toString('utf8', start, Math.min(end, start + 4096));
    const match = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match && line.trim() !== '') {
      throw new ImageError(
        path,
        `not a MetaImage header: no "Key = value" at byte ${start}`,
        'Check what the file is; its name says MetaImage.',
      );
    }
    if (match) values.set(match[1]!, match[2]!);
    if (match?.[1] === 'ElementDataFile') return { values, end: Math.min(end + 1, bytes.length) };
    start = end + 1;
  }
  throw new ImageError(
    path,
    `the header ends at byte ${bytes.length} without ElementDataFile`,
    'The file is cut short or no MetaImage.',
  );
}

function parseHeader(path: string, bytes: Buffer): MetaHeader {
  const { values, end } = parseTags(path, bytes);
  const rank = numbers(path, values, 'NDims')?.[0] ?? 3;
  const size = volumeSize(path, values, rank);
  const skip = numbers(path, values, 'HeaderSize')?.[0] ?? 0;
  if (!Number.isSafeInteger(skip) || skip < -1) {
    throw new ImageError(path, `HeaderSize is ${skip}`, 'Use -1, or the bytes to skip.');
  }
  if (truth(values, 'BinaryData') === false) {
    throw new ImageError(path, 'its voxels are written as text', 'Convert it to binary data.');
  }
  return {
    size,
    affine: fileAffine(path, values, rank),
    type: elementType(path, values),
    littleEndian: !(
      truth(values, 'BinaryDataByteOrderMSB') ?? truth(values, 'ElementByteOrderMSB')
    ),
    compressed: truth(values, 'CompressedData') ?? false,
    skip,
    dataPath: dataPath(path, values),
    headerEnd: end,
  };
}

function volumeSize(path: string, values: Tags['values'], rank: number): number[] {
  const size = numbers(path, values, 'DimSize');
  if (!size || size.length !== rank || rank < 2 || rank > 4) {
    throw new ImageError(
      path,
      `NDims is ${rank} and DimSize is ${size?.join(' ') ?? 'missing'}; 2 to 4 dimensions are read`,
      'Repair the header.',
    );
  }
  if ((size[3] ?? 1) > 1) {
    throw new ImageError(
      path,
      `holds ${size[3]} volumes (${size.join(' x ')}); one volume a file is read`,
      'Split it into one file per volume.',
    );
  }
  return [size[0]!, size[1]!, size[2] ?? 1];
}

function elementType(path: string, values: Tags['values']): VoxelType {
  const channels = numbers(path, values, 'ElementNumberOfChannels')?.[0] ?? 1;
  const name = values.get('ElementType') ?? 'missing';
  const type = ELEMENT_TYPES[name];
  if (type && channels === 1) return type;
  throw new ImageError(
    path,
    type ? `has ${channels} channels; one is read` : `ElementType ${name} is not read`,
    `Convert it to one of ${Object.keys(ELEMENT_TYPES).join(', ')}, one channel.`,
  );
}

function dataPath(path: string, values: Tags['values']): string | undefined {
  const name = values.get('ElementDataFile')!;
  if (name.toUpperCase() === 'LOCAL') return undefined;
  return dataFileBeside(path, 'ElementDataFile', name);
}

/** ITK's reading of the tags: each triplet of TransformMatrix is one axis; the world is LPS. */
function fileAffine(path: string, values: Tags['values'], rank: number): Affine {
  const matrix = firstOf(path, values, ['TransformMatrix', 'Rotation', 'Orientation']);
  const offset = firstOf(path, values, ['Offset', 'Position', 'Origin']);
  const spacing = firstOf(path, values, ['ElementSpacing', 'ElementSize']);
  const complete =
    (matrix?.length ?? rank * rank) === rank * rank &&
    (offset?.length ?? rank) === rank &&
    (spacing?.length ?? rank) === rank;
  if (!complete) {
    throw new ImageError(
      path,
      `TransformMatrix, Offset and ElementSpacing do not have ${rank} dimensions`,
      'Repair the header.',
    );
  }
  const cosine = (row: number, axis: number) =>
    row < rank && axis < rank && matrix ? matrix[axis * rank + row]! : Number(row === axis);
  const sign = [-1, -1, 1];
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((axis) => sign[row]! * cosine(row, axis) * (spacing?.[axis] ?? 1)),
    sign[row]! * (offset?.[row] ?? 0),
  ]);
}

function firstOf(path: string, values: Tags['values'], keys: readonly string[]) {
  const key = keys.find((name) => values.has(name));
  return key === undefined ? undefined : numbers(path, values, key);
}

function numbers(path: string, values: Tags['values'], key: string): number[] | undefined {
  const text = values.get(key);
  if (text === undefined) return undefined;
  const list = text.split(/\s+/).map(Number);
  if (text !== '' && list.every(Number.isFinite)) return list;
  throw new ImageError(path, `${key} is "${text}", not a list of numbers`, 'Repair the header.');
}

function truth(values: Tags['values'], key: string): boolean | undefined {
  const text = values.get(key)?.toLowerCase();
  return text === undefined ? undefined : text === 'true' || text === '1';
}
