import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../src/errors.js';
import { readImage, readImageHeader } from '../../src/images/index.js';
import { temporaryFolder } from './folders.js';
import { expectAsItk } from './itk.js';

const folder = temporaryFolder();

const TYPES = {
  'signed char': [Int8Array, 'int8'],
  uchar: [Uint8Array, 'uint8_t'],
  short: [Int16Array, 'signed short int'],
  ushort: [Uint16Array, 'uint16'],
  int: [Int32Array, 'int32_t'],
  uint: [Uint32Array, 'unsigned int'],
  float: [Float32Array, 'float'],
  double: [Float64Array, 'double'],
} as const;

const SIZE = [6, 5, 4] as const;
const COUNT = 120;

interface Writing {
  readonly type?: keyof typeof TYPES;
  readonly lines?: readonly string[];
  readonly encoding?: 'raw' | 'gzip' | 'text' | 'hex';
  readonly big?: boolean;
}

function dataOf({ type = 'short', encoding = 'raw', big = false }: Writing): Buffer {
  const values = Array.from({ length: COUNT }, (_, at) => (at * 37) % 120);
  const numbers = TYPES[type][0].from(values);
  const bytes = Buffer.from(numbers.buffer.slice(0));
  const unit = numbers.BYTES_PER_ELEMENT;
  if (big && unit === 2) bytes.swap16();
  if (big && unit === 4) bytes.swap32();
  if (big && unit === 8) bytes.swap64();
  switch (encoding) {
    case 'raw':
      return bytes;
    case 'gzip':
      return gzipSync(bytes);
    case 'text':
      return Buffer.from(values.join(' '));
    case 'hex':
      return Buffer.from(bytes.toString('hex').replace(/(.{64})/g, '$1\n'));
  }
}

function headerOf({ type = 'short', lines, encoding = 'raw', big = false }: Writing): string {
  const space = lines ?? [
    'space: left-posterior-superior',
    'space directions: (2,0,0) (0,3,0) (0,0,1.5)',
    'space origin: (10,-20,30)',
  ];
  return [
    'NRRD0004',
    '# a comment',
    `type: ${type}`,
    'dimension: 3',
    `sizes: ${SIZE.join(' ')}`,
    `encoding: ${encoding}`,
    `endian: ${big ? 'big' : 'little'}`,
    ...space,
    'key:=value: with a colon',
    '',
    '',
  ].join('\n');
}

function write(name: string, writing: Writing): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([Buffer.from(headerOf(writing)), dataOf(writing)]));
  return path;
}

const oblique = [
  'space: LPS',
  'space directions: (0,0,1.5) (-1.8,0.6,0) (0.4,1.2,0)',
  'space origin: (1,2,3)',
];

describe('NRRD, as ITK reads it', () => {
  it('has the same values for every type, byte order and encoding', async () => {
    for (const type of Object.keys(TYPES) as (keyof typeof TYPES)[]) {
      for (const big of [false, true]) {
        for (const encoding of ['raw', 'gzip', 'text', 'hex'] as const) {
          const path = write(`${type}.nrrd`, { type, big, encoding });
          const image = await readImage(path);
          const expected = Array.from({ length: COUNT }, (_, at) => (at * 37) % 120);
          const sum = expected.reduce((total, value) => total + value, 0);
          expect(
            image.voxels.reduce((total, value) => total + value, 0),
            path,
          ).toBe(sum);
          if (encoding === 'raw' && big) await expectAsItk(path, image);
        }
      }
    }
  });

  it.each([
    ['ras', ['space: right-anterior-superior', ...oblique.slice(1)]],
    ['lps', oblique],
    ['spacings', ['spacings: 2 3 1.5']],
  ])('lies in the same place: %s', async (name, lines) => {
    const path = write(`${name}.nrrd`, { lines });
    const image = await readImage(path);
    await expectAsItk(path, image);
    const { unit: _, voxels: __, ...header } = image;
    expect(await readImageHeader(path)).toEqual(header);
  });

  it('takes left-anterior-superior as the definition says (ITK flips x instead of y)', async () => {
    const las = await readImage(write('las.nrrd', { lines: ['space: LAS', ...oblique.slice(1)] }));
    const mirrored = ['space: RAS', 'space directions: (0,0,1.5) (1.8,0.6,0) (-0.4,1.2,0)'];
    const lines = [...mirrored, 'space origin: (-1,2,3)'];
    const ras = await readImage(write('ras.nrrd', { lines }));
    expect({ ...las, path: '' }).toEqual({ ...ras, path: '' });
  });

  it('finds detached data, and skips lines and bytes', async () => {
    const whole = await readImage(write('whole.nrrd', {}));
    const detached = (lines: string[], data: Buffer, encoding: 'raw' | 'gzip' = 'raw') => {
      writeFileSync(
        join(folder, 'detached.nhdr'),
        headerOf({ encoding }).trimEnd() + lines.join('\n'),
      );
      writeFileSync(join(folder, 'detached.raw'), data);
    };
    const cases: [string[], Buffer, ('raw' | 'gzip')?][] = [
      [['', 'data file: detached.raw'], dataOf({})],
      [['', 'datafile: ./detached.raw', ''], dataOf({ encoding: 'gzip' }), 'gzip'],
      [
        ['', 'line skip: 2', 'data file: detached.raw'],
        Buffer.concat([Buffer.from('a\nb\n'), dataOf({})]),
      ],
      [
        ['', 'byteskip: 3', 'data file: detached.raw'],
        Buffer.concat([Buffer.from('abc'), dataOf({})]),
      ],
      [
        ['', 'byte skip: -1', 'data file: detached.raw'],
        Buffer.concat([Buffer.from('abcde'), dataOf({})]),
      ],
    ];
    for (const [lines, data, encoding] of cases) {
      detached(lines, data, encoding);
      const image = await readImage(join(folder, 'detached.nhdr'));
      expect(image.voxels, lines.join()).toEqual(whole.voxels);
    }
  });

  it('brings units to millimetres, and drops an axis of one value', async () => {
    const units = write('units.nrrd', {
      lines: [
        'space: LPS',
        'space directions: (2,0,0) (0,3,0) (0,0,1.5)',
        'space units: "cm" "um" "mm"',
      ],
    });
    expect((await readImage(units)).spacing).toEqual([20, 0.003, 1.5]);
    const list = headerOf({ lines: ['space directions: none (2,0,0) (0,3,0) (0,0,1.5)'] })
      .replace('dimension: 3', 'dimension: 4')
      .replace('sizes: ', 'sizes: 1 ');
    writeFileSync(join(folder, 'list.nrrd'), Buffer.concat([Buffer.from(list), dataOf({})]));
    expect((await readImage(join(folder, 'list.nrrd'))).size).toEqual([6, 5, 4]);
  });
});

describe('damaged NRRD', () => {
  const edited = (from: string, to: string, writing: Writing = {}) =>
    Buffer.concat([Buffer.from(headerOf(writing).replace(from, to)), dataOf(writing)]);
  const cases: [what: string, bytes: () => Buffer | string, reason: RegExp][] = [
    ['text', () => 'a shopping list', /not a NRRD file: byte 0 starts 61 20 73 68/],
    ['no field', () => edited('type:', 'type'), /no "field: value" at byte 21/],
    ['no type', () => edited('type: short', '#'), /has no "type"/],
    ['block', () => edited('type: short', 'type: block'), /"type" at byte 21 is "block"/],
    ['bzip2', () => edited('encoding: raw', 'encoding: bz2'), /bzip2 is not/],
    ['no endian', () => edited('endian: little', '#'), /has no "endian"/],
    [
      'colours',
      () => edited('dimension: 3\nsizes: 6 5 4', 'dimension: 4\nsizes: 3 6 5 4'),
      /one volume/,
    ],
    ['sizes', () => edited('sizes: 6 5 4', 'sizes: 6 5'), /as many as "dimension"/],
    ['negative', () => edited('sizes: 6 5 4', 'sizes: 6 -5 4'), /size 6 x -5 x 4/],
    ['vector', () => edited('(2,0,0)', '(2,0,x)'), /vectors like \(1,0,0\)/],
    ['singular', () => edited('(2,0,0)', '(0,3,0)'), /orientation matrix is singular/],
    [
      'list',
      () => edited('encoding', 'data file: LIST\nencoding'),
      /not one file in the header's folder/,
    ],
    ['pattern', () => edited('encoding', 'data file: s%03d.raw 1 4 1\nencoding'), /not one file/],
    ['escape', () => edited('encoding', 'data file: ../../etc/passwd\nencoding'), /not one file/],
    ['short', () => edited('', '').subarray(0, -1), /cut short: 6 x 5 x 4 i16 voxels/],
    ['short text', () => edited('', '', { encoding: 'text' }).subarray(0, -9), /fewer than 120/],
    ['bad text', () => edited('', '', { encoding: 'text' }).fill('x', 300), /is not a number/],
    ['bad hex', () => edited('', '', { encoding: 'hex' }).fill('x', 300), /no hexadecimal digit/],
    ['long header', () => `NRRD0004\n${'#\n'.repeat(600_000)}`, /does not end within/],
    [
      'promise',
      () => edited('sizes: 6 5 4', 'sizes: 600 500 400', { encoding: 'gzip' }),
      /stream of \d+ bytes cannot hold the 240000000/,
    ],
  ];
  it.each(cases)('%s is refused with its reason', async (_, bytes, reason) => {
    const path = join(folder, 'damaged.nrrd');
    writeFileSync(path, bytes());
    const error = await readImage(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImageError);
    expect((error as ImageError).message).toMatch(reason);
  });

  it('a folder is refused', async () => {
    mkdirSync(join(folder, 'folder.nrrd'));
    await expect(readImage(join(folder, 'folder.nrrd'))).rejects.toThrow(/is a folder/);
  });
});
