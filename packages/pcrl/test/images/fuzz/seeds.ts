import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { writeNifti, writePng } from '../../../src/images/index.js';

/** A small sound image to damage: its files by their path in a folder, and which path is opened. */
export interface Seed {
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

const SIZE = [6, 7, 8] as const;
const VOXELS = Int16Array.from({ length: 336 }, (_, at) => ((at * 7919) % 2000) - 900);
const RAW = Buffer.from(VOXELS.buffer);

/** One seed or more for each format, made in a folder. */
export async function generatedSeeds(folder: string): Promise<Seed[]> {
  return [
    ...(await niftiSeeds(folder)),
    ...metaImageSeeds(),
    ...nrrdSeeds(),
    ...(await pictureSeeds(folder)),
    ...zarrSeeds(),
    ...dicomSeeds(),
  ];
}

/** A real file, or a folder that is one image, as a seed. */
export function realSeed(path: string): Seed {
  const name = basename(path);
  if (!statSync(path).isDirectory()) return single(name, readFileSync(path));
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const within = (file: string) => join(name, relative(path, file));
  return { name, files: new Map(files.map((file) => [within(file), readFileSync(file)])) };
}

/** Writes a seed's files and returns the path to open. */
export function writeSeed(folder: string, { name, files }: Seed): string {
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), bytes);
  }
  return join(folder, name);
}

function single(name: string, bytes: Buffer): Seed {
  return { name, files: new Map([[name, bytes]]) };
}

async function niftiSeeds(folder: string): Promise<Seed[]> {
  const path = join(folder, 'seed.nii');
  await writeNifti(path, { size: SIZE, spacing: [1, 2, 3], voxels: VOXELS });
  const one = readFileSync(path);
  const two = Buffer.concat([niftiTwoHeader(), Buffer.alloc(4), RAW]);
  const header = Buffer.from(one.subarray(0, 348));
  header.write('ni1', 344, 'latin1');
  header.writeFloatLE(0, 108);
  return [
    single('one.nii', one),
    single('one.nii.gz', gzipSync(one)),
    single('two.nii', two),
    {
      name: 'pair.hdr',
      files: new Map([
        ['pair.hdr', header],
        ['pair.img', RAW],
      ]),
    },
  ];
}

function niftiTwoHeader(): Buffer {
  const header = Buffer.alloc(540);
  header.writeInt32LE(540, 0);
  header.write('n+2\0\r\n\x1a\n', 4, 'latin1');
  header.writeInt16LE(4, 12);
  for (const [at, extent] of [3, ...SIZE].entries())
    header.writeBigInt64LE(BigInt(extent), 16 + at * 8);
  for (const [at, length] of [1, 1, 2, 3].entries()) header.writeDoubleLE(length, 104 + at * 8);
  header.writeBigInt64LE(544n, 168);
  return header;
}

function metaImageSeeds(): Seed[] {
  const tags = (data: string, compressed: boolean) =>
    Buffer.from(
      `ObjectType = Image\nNDims = 3\nBinaryDataByteOrderMSB = False\nCompressedData = ${compressed}\n` +
        'TransformMatrix = 0 1 0 1 0 0 0 0 1\nOffset = 1 2 3\nElementSpacing = 1 2 3\n' +
        `DimSize = 6 7 8\nElementType = MET_SHORT\nElementDataFile = ${data}\n`,
    );
  return [
    single('whole.mha', Buffer.concat([tags('LOCAL', false), RAW])),
    single('zipped.mha', Buffer.concat([tags('LOCAL', true), deflateSync(RAW)])),
    {
      name: 'beside.mhd',
      files: new Map([
        ['beside.mhd', tags('beside.raw', false)],
        ['beside.raw', RAW],
      ]),
    },
  ];
}

function nrrdSeeds(): Seed[] {
  const header = (encoding: string, more = '') =>
    Buffer.from(
      'NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 6 7 8\n' +
        'space directions: (1,0,0) (0,2,0) (0,0.1,3)\nkinds: domain domain domain\nendian: little\n' +
        `encoding: ${encoding}\nspace origin: (1,2,3)\n${more}\n`,
    );
  const detached = header('raw', 'byte skip: 0\ndata file: beside.raw\n');
  return [
    single('raw.nrrd', Buffer.concat([header('raw'), RAW])),
    single('zipped.nrrd', Buffer.concat([header('gzip'), gzipSync(RAW)])),
    single('text.nrrd', Buffer.concat([header('text'), Buffer.from(VOXELS.join(' '))])),
    single('hex.nrrd', Buffer.concat([header('hex'), Buffer.from(RAW.toString('hex'))])),
    {
      name: 'beside.nhdr',
      files: new Map([
        ['beside.nhdr', detached],
        ['beside.raw', RAW],
      ]),
    },
  ];
}

async function pictureSeeds(folder: string): Promise<Seed[]> {
  const { default: sharp } = await import('sharp');
  const path = join(folder, 'seed.png');
  const pixels = Uint8Array.from({ length: 32 * 32 }, (_, at) => (at * 31) % 251);
  await writePng(path, { width: 32, height: 32, pixels });
  return [
    single('grey.png', readFileSync(path)),
    single('grey.jpg', await sharp(path).jpeg().toBuffer()),
    single('grey.tif', await sharp(path).tiff({ compression: 'lzw' }).toBuffer()),
  ];
}

function zarrSeeds(): Seed[] {
  const axes = ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'millimeter' }));
  const datasets = [
    { path: '0', coordinateTransformations: [{ type: 'scale', scale: [3, 2, 1] }] },
  ];
  const multiscales = [{ version: '0.4', axes, datasets }];
  const array = {
    zarr_format: 2,
    shape: [8, 7, 6],
    chunks: [8, 7, 6],
    dtype: '<i2',
    compressor: { id: 'gzip', level: 1 },
    fill_value: 0,
    order: 'C',
    filters: null,
    dimension_separator: '/',
  };
  const three = {
    zarr_format: 3,
    node_type: 'array',
    shape: [8, 7, 6],
    data_type: 'int16',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [8, 7, 6] } },
    chunk_key_encoding: { name: 'default' },
    fill_value: 0,
    codecs: [
      { name: 'bytes', configuration: { endian: 'little' } },
      { name: 'gzip', configuration: { level: 1 } },
    ],
  };
  const group = { zarr_format: 3, node_type: 'group', attributes: { ome: { multiscales } } };
  const text = (value: object) => Buffer.from(JSON.stringify(value));
  return [
    {
      name: 'four.zarr',
      files: new Map([
        ['four.zarr/.zgroup', text({ zarr_format: 2 })],
        ['four.zarr/.zattrs', text({ multiscales })],
        ['four.zarr/0/.zarray', text(array)],
        ['four.zarr/0/0/0/0', gzipSync(RAW)],
      ]),
    },
    {
      name: 'five.zarr',
      files: new Map([
        ['five.zarr/zarr.json', text(group)],
        ['five.zarr/0/zarr.json', text(three)],
        ['five.zarr/0/c/0/0/0', gzipSync(RAW)],
      ]),
    },
  ];
}

/** A slice of 6 x 7, a series of two of them, and a radiograph in RLE. */
function dicomSeeds(): Seed[] {
  const plain = '1.2.840.10008.1.2.1';
  const pixels = RAW.subarray(0, 84);
  const slices = [0, 1].map((z) =>
    dicomFile(plain, [...placed(z), element(0x7fe00010, 'OW', pixels)]),
  );
  // One segment for the high bytes and one for the low, each one literal run of 42.
  const plane = (half: number) =>
    Buffer.concat([Buffer.from([41]), Buffer.from(pixels.filter((_, at) => at % 2 === half))]);
  const segments = Buffer.concat([plane(1), plane(0)]);
  const offsets = Buffer.alloc(64);
  for (const [at, value] of [2, 64, 64 + 43].entries()) offsets.writeUInt32LE(value, at * 4);
  const fragments = Buffer.concat([
    item(Buffer.alloc(0)),
    item(Buffer.concat([offsets, segments])),
    Buffer.from('feffdde000000000', 'hex'),
  ]);
  const encapsulated = element(0x7fe00010, 'OB', fragments);
  encapsulated.writeUInt32LE(0xffff_ffff, 8);
  return [
    single('slice.dcm', slices[0]!),
    {
      name: 'series.dicom',
      files: new Map(slices.map((bytes, z) => [`series.dicom/${z}`, bytes])),
    },
    single('rle.dcm', dicomFile('1.2.840.10008.1.2.5', [...described, encapsulated])),
  ];
}

const short = (value: number) => Buffer.from(Uint16Array.of(value).buffer);

/** A data element in explicit little endian; `tag` is its group and number. */
function element(tag: number, representation: string, value: Buffer | string): Buffer {
  const text = Buffer.from(value);
  const bytes = text.length % 2 ? Buffer.concat([text, Buffer.from(' ')]) : text;
  const isLong = representation.startsWith('O');
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(representation, 4, 'latin1');
  if (isLong) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

function item(value: Buffer): Buffer {
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

/** 6 columns, 7 rows, signed numbers of 16 bits. */
const described: readonly Buffer[] = [
  element(0x00280002, 'US', short(1)),
  element(0x00280004, 'CS', 'MONOCHROME2'),
  element(0x00280010, 'US', short(7)),
  element(0x00280011, 'US', short(6)),
  element(0x00280100, 'US', short(16)),
  element(0x00280101, 'US', short(16)),
  element(0x00280102, 'US', short(15)),
  element(0x00280103, 'US', short(1)),
];

/** A CT slice at height `z`. */
function placed(z: number): Buffer[] {
  return [
    element(0x00080018, 'UI', `1.2.3.${z}`),
    element(0x00080060, 'CS', 'CT'),
    element(0x0020000e, 'UI', '1.2.3'),
    element(0x00200032, 'DS', `0\\0\\${z}`),
    element(0x00200037, 'DS', '1\\0\\0\\0\\1\\0'),
    ...described.slice(0, 4),
    element(0x00280030, 'DS', '1\\1'),
    ...described.slice(4),
    element(0x00281052, 'DS', '-1024'),
    element(0x00281053, 'DS', '1'),
  ];
}

function dicomFile(syntax: string, elements: readonly Buffer[]): Buffer {
  const meta = element(0x00020010, 'UI', syntax);
  const length = Buffer.from(Uint32Array.of(meta.length).buffer);
  const head = [Buffer.alloc(128), Buffer.from('DICM'), element(0x00020000, 'UL', length), meta];
  return Buffer.concat([...head, ...elements]);
}
