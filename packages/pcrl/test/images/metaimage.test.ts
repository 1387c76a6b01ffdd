import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../src/errors.js';
import { readImage, readImageHeader } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { temporaryFolder } from './folders.js';
import { expectAsItk } from './itk.js';

const folder = temporaryFolder();
const lacking = pythonLacks('nibabel', 'numpy');

/** MetaImage files by the tags' definition in ITK; nibabel brings the same affine to canonical order. */
const WRITE = `
import sys, json, zlib, numpy as np, nibabel as nib
folder = sys.argv[1]
random = np.random.RandomState(3)
names = []
types = dict(MET_CHAR='i1', MET_UCHAR='u1', MET_SHORT='i2', MET_USHORT='u2', MET_INT='i4', MET_UINT='u4', MET_LONG_LONG='i8', MET_FLOAT='f4', MET_DOUBLE='f8')
def write(name, met, direction=np.eye(3), big=False, compressed=False, data_file='LOCAL', skip=0, words='TransformMatrix Offset ElementSpacing'):
    dtype = np.dtype(types[met]).newbyteorder('>' if big else '<')
    data = random.randint(0, 120, (6, 5, 4)).astype(dtype)
    spacing, offset = np.array([2., 3, 1.5]), np.array([10., -20, 30])
    matrix, position, element = words.split()
    header = f'''ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = {big}
CompressedData = {compressed}
{matrix} = {' '.join(map(str, direction.T.ravel()))}
{position} = {' '.join(map(str, offset))}
{element} = {' '.join(map(str, spacing))}
DimSize = 6 5 4
HeaderSize = {skip}
ElementType = {met}
ElementDataFile = {data_file}
'''
    body = data.tobytes('F')
    if compressed:
        body = zlib.compress(body)
        header = header.replace('HeaderSize', f'CompressedDataSize = {len(body)}\\nHeaderSize')
    if skip: body = b'x' * 17 + body
    open(folder + '/' + name, 'wb').write(header.encode() + (body if data_file == 'LOCAL' else b''))
    if data_file != 'LOCAL': open(folder + '/' + data_file, 'wb').write(body)
    lps = np.eye(4); lps[:3, :3] = direction @ np.diag(spacing); lps[:3, 3] = offset
    image = nib.as_closest_canonical(nib.Nifti1Image(data.astype('f8'), np.diag([-1, -1, 1, 1]) @ lps))
    np.asanyarray(image.dataobj).astype('<f4').ravel().tofile(folder + '/' + name + '.f32')
    names.append(dict(name=name, size=list(image.shape), affine=image.affine[:3].ravel().tolist()))
for met in types:
    write(met + '.mha', met)
    write(met + '_big.mha', met, big=True, compressed=True)
turn = np.array([[0., 0, 1], [-1, 0, 0], [0, -1, 0]])
write('turned.mhd', 'MET_SHORT', turn, data_file='turned.raw')
write('zipped.mhd', 'MET_SHORT', turn, data_file='zipped.zraw', compressed=True)
write('skip.mhd', 'MET_SHORT', turn, data_file='skip.raw', skip=17)
write('tail.mhd', 'MET_SHORT', turn, data_file='tail.raw', skip=-1)
write('synonyms.mha', 'MET_SHORT', turn, words='Rotation Origin ElementSize')
print(json.dumps(names))
`;

describe.skipIf(lacking)(`MetaImage${lacking ? ` (${lacking})` : ''}`, () => {
  let references: { name: string; size: number[]; affine: number[] }[] = [];
  beforeAll(() => {
    references = runPython(WRITE, folder);
  });

  it('gives voxels and places as the tags define them', async () => {
    for (const { name, size, affine } of references) {
      const path = join(folder, name);
      const image = await readImage(path);
      expect(image.size, name).toEqual(size);
      const expected = new Float32Array(new Uint8Array(readFileSync(`${path}.f32`)).buffer);
      expect([...image.voxels], name).toEqual([...expected]);
      expect(image.origin, name).toEqual([3, 7, 11].map((at) => expect.closeTo(affine[at]!, 5)));
      expect((await readImageHeader(path)).spacing).toEqual(image.spacing);
      if (/SHORT|FLOAT|turned|zipped|tail/.test(name)) await expectAsItk(path, image);
    }
  });
});

describe('damaged MetaImage', () => {
  const header = (lines: string) =>
    `NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\n${lines}\n`;
  const refusals: [what: string, text: string | Buffer, reason: RegExp][] = [
    ['text', 'this is a shopping list\nmilk', /no "Key = value" at byte 0/],
    ['no data file', 'NDims = 3\nDimSize = 2 2 2\n', /without ElementDataFile/],
    ['escape', header('ElementDataFile = ../secret.raw'), /in the header's folder/],
    ['list', header('ElementDataFile = LIST'), /not one file/],
    ['lost data', header('ElementDataFile = gone.raw'), /gone.raw: no such file/],
    ['short', header('ElementDataFile = LOCAL'), /end at byte 8, but the data end at byte 0/],
    ['colours', header('ElementNumberOfChannels = 3\nElementDataFile = LOCAL'), /3 channels/],
    ['huge', 'NDims = 3\nDimSize = 99999 99999 99999\nElementDataFile = LOCAL\n', /ElementType/],
    [
      'too many',
      'NDims = 3\nDimSize = 99999 99999 9\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n',
      /up to 2\^31 voxels/,
    ],
    ['4D', 'NDims = 4\nDimSize = 2 2 2 5\nElementDataFile = LOCAL\n', /holds 5 volumes/],
    [
      'singular',
      header('TransformMatrix = 1 0 0 1 0 0 0 0 1\nElementDataFile = LOCAL'),
      /singular/,
    ],
    [
      'bomb',
      Buffer.concat([
        Buffer.from(header('CompressedData = True\nElementDataFile = LOCAL')),
        deflateSync(Buffer.alloc(1 << 20)),
      ]),
      /more than the 8 bytes the header calls for/,
    ],
  ];

  it.each(refusals)('%s is refused with its reason', async (what, text, reason) => {
    const path = join(folder, `${what}.mha`);
    const body = what === 'singular' ? Buffer.from(`${text}12345678`) : text;
    writeFileSync(path, body);
    const error = await readImage(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImageError);
    expect((error as ImageError).message).toMatch(reason);
    rmSync(path);
  });
});
