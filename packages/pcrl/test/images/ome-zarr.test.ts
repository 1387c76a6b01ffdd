import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../src/errors.js';
import {
  isImageFolder,
  readImage,
  readImageDimensions,
  readImageHeader,
} from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const lacking = pythonLacks('zarr', 'numcodecs', 'numpy');

/** OME-Zarr 0.4 by zarr-python, and the voxels by world position: x to the left, y to the back. */
const WRITE = `
import sys, json, numpy as np, zarr, numcodecs
folder = sys.argv[1]
random = np.random.RandomState(5)
names = []
codecs = dict(raw=None, blosc=numcodecs.Blosc('lz4'), bitshuffle=numcodecs.Blosc('zstd', shuffle=2), zstd=numcodecs.Zstd(), gzip=numcodecs.GZip(), zlib=numcodecs.Zlib(), lz4=numcodecs.LZ4())
def write(name, dtype='<i2', codec='raw', order='C', axes='zyx', separator='/', level=True):
    shape = (4, 6, 7)
    data = random.randint(-90 if np.dtype(dtype).kind != 'u' else 0, 120, shape).astype(dtype)
    group = zarr.group(zarr.DirectoryStore(folder + '/' + name), overwrite=True)
    stored = data.reshape((1,) * (len(axes) - 3) + shape)
    group.create_dataset('0', data=stored, chunks=(1,) * (len(axes) - 3) + (3, 4, 5), compressor=codecs[codec], order=order, dimension_separator=separator)
    kinds = dict(t='time', c='channel')
    group.attrs['multiscales'] = [dict(version='0.4', name='image',
        axes=[dict(name=a, type=kinds.get(a, 'space'), **({} if a in kinds else dict(unit='millimeter'))) for a in axes],
        datasets=[dict(path='0', coordinateTransformations=[dict(type='scale', scale=[1] * (len(axes) - 3) + [3, 2, 1.5]), dict(type='translation', translation=[0] * (len(axes) - 3) + [30, -20, 10])])])]
    data[::-1, ::-1, ::-1].transpose(2, 1, 0)[:, :, ::-1].astype('<f4').ravel().tofile(folder + '/' + name + '.f32')
    names.append(name)
for codec in codecs: write(codec + '.ome.zarr', codec=codec)
for dtype in '|i1 |u1 <u2 >i2 <i4 >u4 <i8 <u8 <f4 >f8'.split(): write('type' + dtype[1:] + ('big' if dtype[0] == '>' else '') + '.zarr', dtype=dtype, codec='blosc')
write('fortran.zarr', order='F')
write('dots.zarr', separator='.')
write('five.zarr', axes='tczyx', codec='blosc')
print(json.dumps(names))
`;

function asError(thrown: unknown): ImageError {
  expect(thrown).toBeInstanceOf(ImageError);
  return thrown as ImageError;
}

const refusal = async (path: string) => asError(await readImage(path).catch((e: unknown) => e));

describe.skipIf(lacking)(`OME-Zarr 0.4${lacking ? ` (${lacking})` : ''}`, () => {
  let names: string[] = [];
  beforeAll(() => {
    names = runPython<string[]>(WRITE, folder);
  });

  it('gives voxels and places as zarr-python wrote them', async () => {
    expect(names.length).toBeGreaterThan(18);
    for (const name of names) {
      const path = join(folder, name);
      const image = await readImage(path);
      const expected = new Float32Array(new Uint8Array(readFileSync(`${path}.f32`)).buffer);
      expect([...image.voxels], name).toEqual([...expected]);
      expect(image.size).toEqual([7, 6, 4]);
      expect(image.spacing).toEqual([1.5, 2, 3]);
      // The last voxels of x and y are the first ones in the canonical frame.
      expect(image.origin).toEqual([-10 - 6 * 1.5, 20 - 5 * 2, 30]);
      const { unit: _, voxels: __, ...header } = image;
      expect(await readImageHeader(path)).toEqual(header);
    }
    expect(await readImageDimensions(join(folder, names[0]!))).toBe(3);
    expect(isImageFolder('scan.ome.zarr/')).toBe(true);
  });

  const damaged = (edit: (path: string) => void) => async () => {
    const path = join(folder, 'damaged.zarr');
    rmSync(path, { recursive: true, force: true });
    cpSync(join(folder, 'raw.ome.zarr'), path, { recursive: true });
    edit(path);
    return refusal(path);
  };
  const attributes = (path: string, change: (image: Record<string, unknown>) => void) => {
    const file = join(path, '.zattrs');
    const content = JSON.parse(readFileSync(file, 'utf8'));
    change(content.multiscales[0]);
    writeFileSync(file, JSON.stringify(content));
  };
  const cases: [what: string, edit: (path: string) => void, reason: RegExp][] = [
    ['a cut chunk', (path) => truncateSync(join(path, '0/0/0/0'), 70), /cut short: chunk 0\/0\/0/],
    [
      'no chunks',
      (path) =>
        rmSync(join(path, '0/0'), { recursive: true }) ??
        rmSync(join(path, '0/1'), { recursive: true }),
      /none of its chunks/,
    ],
    [
      'no metadata',
      (path) => writeFileSync(join(path, '.zattrs'), '{}'),
      /no OME-Zarr 0.4 or 0.5 image/,
    ],
    ['no JSON', (path) => writeFileSync(join(path, '.zattrs'), '{"a'), /damaged, or no OME-Zarr/],
    [
      'no level',
      (path) => attributes(path, (image) => Object.assign(image, { datasets: [] })),
      /datasets/,
    ],
    [
      'another folder',
      (path) =>
        attributes(path, (image) =>
          Object.assign(image, { datasets: [{ path: '%2F..%2F..%2Fraw.ome.zarr' }] }),
        ),
      /leads out of the folder|not found/i,
    ],
    [
      'axes',
      (path) => attributes(path, (image) => Object.assign(image, { axes: [{ name: 'x' }] })),
      /for 1 axes/,
    ],
    [
      'time',
      (path) =>
        attributes(path, (image) =>
          Object.assign(image, { axes: ['t', 'y', 'x'].map((name) => ({ name })) }),
        ),
      /one volume with one channel/,
    ],
    [
      'huge',
      (path) =>
        writeFileSync(
          join(path, '0/.zarray'),
          readFileSync(join(path, '0/.zarray'), 'utf8').replace(
            /"shape": \[[^\]]*\]/,
            '"shape": [99999, 99999, 99999]',
          ),
        ),
      /sizes from 1 up to 2\^31/,
    ],
    [
      'huge chunks',
      (path) =>
        writeFileSync(
          join(path, '0/.zarray'),
          readFileSync(join(path, '0/.zarray'), 'utf8').replace(
            /"chunks": \[[^\]]*\]/,
            '"chunks": [99999, 9999, 9999]',
          ),
        ),
      /chunks of 99999/,
    ],
  ];
  it.each(cases)('%s is refused with its reason', async (_, edit, reason) => {
    expect((await damaged(edit)()).message).toMatch(reason);
  });
});

describe('OME-Zarr 0.5', () => {
  /** Written by hand from the specifications of Zarr 3 and OME-Zarr 0.5. */
  function write(path: string, orientation: readonly (string | undefined)[] = []): void {
    const codecs = [{ name: 'bytes', configuration: { endian: 'big' } }];
    const array = {
      zarr_format: 3,
      node_type: 'array',
      shape: [2, 3, 4],
      data_type: 'int16',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 3, 2] } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      fill_value: 7,
      codecs,
      attributes: {},
    };
    const axes = ['z', 'y', 'x'].map((name, index) => ({
      name,
      type: 'space',
      unit: 'micrometer',
      ...(orientation[index] && { orientation: { type: 'anatomical', value: orientation[index] } }),
    }));
    const datasets = [
      { path: 's0', coordinateTransformations: [{ type: 'scale', scale: [500, 250, 250] }] },
    ];
    const ome = { version: '0.5', multiscales: [{ axes, datasets }] };
    mkdirSync(join(path, 's0/c/0/0'), { recursive: true });
    writeFileSync(
      join(path, 'zarr.json'),
      JSON.stringify({ zarr_format: 3, node_type: 'group', attributes: { ome } }),
    );
    writeFileSync(join(path, 's0/zarr.json'), JSON.stringify(array));
    // The left half; the right one is missing and means 7.
    const chunk = Int16Array.from({ length: 12 }, (_, at) => 100 + at);
    writeFileSync(join(path, 's0/c/0/0/0'), Buffer.from(chunk.buffer).swap16());
  }

  it('is read in its orientation, with missing chunks as the fill value', async () => {
    const path = join(folder, 'five.ome.zarr');
    write(path, ['inferior-to-superior', 'posterior-to-anterior', 'left-to-right']);
    const image = await readImage(path);
    expect(image.size).toEqual([4, 3, 2]);
    expect(image.spacing).toEqual([0.25, 0.25, 0.5]);
    expect([...image.voxels.subarray(0, 6)]).toEqual([100, 106, 102, 108, 104, 110]);
    expect([...image.voxels.subarray(12)]).toEqual(new Array(12).fill(7));
  });

  it('is told by its content where the name does not say', async () => {
    const path = join(folder, 'nameless');
    write(path);
    expect((await readImage(path)).origin).toEqual([-0.75, -0.5, 0]);
    await expect(readImage(folder)).rejects.toThrow(ImageError);
  });
});
