import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readImage, readImageHeader, writePng } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const lacking = pythonLacks('PIL', 'numpy');

/** Pictures by Pillow, and the values in [0, 1] that Pillow reads back. */
const WRITE = `
import sys, json, numpy as np
from PIL import Image
folder = sys.argv[1]
random = np.random.RandomState(1)
grey = random.randint(0, 256, (5, 7)).astype('u1')
colour = random.randint(0, 256, (5, 7, 3)).astype('u1')
smooth = np.add.outer(np.arange(40) * 3, np.arange(48) * 2).astype('u1')
weights = np.array([.299, .587, .114])
cases = []
def add(name, image, values=None, **options):
    image.save(folder + '/' + name, **options)
    back = np.asarray(Image.open(folder + '/' + name)).astype('f8') if values is None else values
    cases.append(dict(name=name, size=list(image.size), values=(back / (1 if 'float' in name else 65535 if '16' in name else 255)).ravel().tolist()))
add('grey.png', Image.fromarray(grey))
add('grey16.png', Image.fromarray(random.randint(0, 65536, (5, 7)).astype('u2')))
add('rgb.png', Image.fromarray(colour), colour @ weights)
add('rgba.png', Image.fromarray(np.dstack([colour, grey])), colour @ weights)
add('equal.png', Image.fromarray(np.dstack([grey] * 3)), grey.astype('f8'))
add('grey_alpha.png', Image.fromarray(np.dstack([grey, grey[::-1]]), 'LA'), grey.astype('f8'))
add('palette.png', Image.fromarray(grey).convert('P'), grey.astype('f8'))
bits = (grey > 127)
add('one_bit.png', Image.fromarray(bits), bits * 255.)
add('profile.png', Image.fromarray(grey), grey.astype('f8'), gamma=0.3)
add('grey.jpg', Image.fromarray(smooth), quality=90)
add('progressive.jpeg', Image.fromarray(smooth), quality=90, progressive=True)
add('rgb.jpg', Image.fromarray(np.dstack([smooth] * 3)), smooth.astype('f8'), quality=95)
add('grey.tif', Image.fromarray(grey))
add('grey16.tiff', Image.fromarray(random.randint(0, 65536, (5, 7)).astype('u2')), compression='tiff_lzw')
add('rgb.tif', Image.fromarray(colour), colour @ weights, compression='tiff_adobe_deflate')
add('float.tif', Image.fromarray(random.rand(5, 7).astype('f4')))
add('white_is_zero.tif', Image.fromarray(grey), tiffinfo={262: 0})
add('one_bit.tif', Image.fromarray(bits), bits * 255., compression='group4')
Image.fromarray(grey).save(folder + '/pages.tif', save_all=True, append_images=[Image.fromarray(grey)] * 2)
Image.fromarray(grey.astype('f4')).save(folder + '/large_float.tif')
Image.fromarray(grey.astype('i4')).save(folder + '/int32.tif')
Image.fromarray(colour).convert('CMYK').save(folder + '/cmyk.tif')
print(json.dumps(cases))
`;

describe.skipIf(lacking)(
  `PNG, JPEG and TIFF, as Pillow reads them${lacking ? ` (${lacking})` : ''}`,
  () => {
    let references: { name: string; size: number[]; values: number[] }[] = [];
    beforeAll(() => {
      references = runPython(WRITE, folder);
    });

    it('gives the same grey values in [0, 1]', async () => {
      for (const { name, size, values } of references) {
        const image = await readImage(join(folder, name));
        expect(image.size, name).toEqual(size);
        expect(image.channels, name).toBe(1);
        expect(image.spacing).toEqual([1, 1]);
        const header = await readImageHeader(join(folder, name));
        const whole = await readImage(join(folder, name), { colour: 'keep' });
        expect([header.size, header.channels], name).toEqual([size, whole.channels]);
        const difference = values.map((value, at) => Math.abs(value - image.voxels[at]!));
        // JPEG decoders may round differently, and colour JPEG stores its luma rounded.
        const tolerance = name === 'rgb.jpg' ? 3 / 255 : name.includes('.jp') ? 1.01 / 255 : 1e-6;
        expect(Math.max(...difference), name).toBeLessThanOrEqual(tolerance);
      }
    });

    it.each([
      ['pages.tif', /holds 3 pages/],
      ['large_float.tif', /holds the float value \d+; floats from 0 to 1/],
      ['int32.tif', /pixels are B-W int/],
      ['cmyk.tif', /pixels are CMYK uchar/],
    ])('refuses %s with a reason', async (name, reason) => {
      await expect(readImage(join(folder, name))).rejects.toThrow(reason);
    });

    it('shrinks as it decodes, to the means of areas', async () => {
      const program = `
import sys, json, numpy as np
from PIL import Image
folder = sys.argv[1]
random = np.random.RandomState(2)
grey = random.randint(0, 256, (50, 41)).astype('u1')
wide = random.randint(0, 65536, (50, 41)).astype('u2')
colour = random.randint(0, 256, (50, 41, 3)).astype('u1')
small = {}
def means(values, columns, rows):
    # Every pixel becomes rows x columns equal ones: then each area holds whole pixels.
    return values.repeat(rows, 0).repeat(columns, 1).reshape(rows, 50, columns, 41).mean((1, 3))
def add(name, image, values):
    image.save(folder + '/' + name)
    small[name] = [means(values, *size).ravel().tolist() for size in [(17, 21), (5, 6)]]
add('shrunk8.png', Image.fromarray(grey), grey / 255)
add('shrunk16.png', Image.fromarray(wide), wide / 65535)
add('shrunk.jpg', Image.fromarray(np.full((50, 41), 77, 'u1')), np.full((50, 41), 77 / 255))
add('shrunk_rgb.png', Image.fromarray(colour), colour @ np.array([.299, .587, .114]) / 255)
add('shrunk_alpha.png', Image.fromarray(np.dstack([grey, grey]), 'LA'), grey / 255)
print(json.dumps(small))`;
      const small = runPython<Record<string, [number[], number[]]>>(program, folder);
      for (const [name, references] of Object.entries(small)) {
        for (const [at, shortSide] of [17, 5].entries()) {
          const { size, spacing, whole, voxels } = await readImage(join(folder, name), {
            shortSide,
          });
          expect(size, name).toEqual(at === 0 ? [17, 21] : [5, 6]);
          expect(whole).toEqual({ size: [41, 50], spacing: [1, 1] });
          expect(spacing[0]).toBeCloseTo(41 / shortSide, 12);
          const difference = references[at]!.map((value, i) => Math.abs(value - voxels[i]!));
          expect(Math.max(...difference), name).toBeLessThan(1e-6);
        }
      }
      const whole = await readImage(join(folder, 'shrunk8.png'), { shortSide: 41 });
      expect(whole.size).toEqual([41, 50]);
      expect(whole.whole).toBeUndefined();
    });

    it('keeps colour when asked, channel first', async () => {
      const path = join(folder, 'rgb.png');
      const colour = await readImage(path, { colour: 'keep' });
      const grey = await readImage(path);
      expect(colour.channels).toBe(3);
      const [red, green, blue] = [0, 1, 2].map((channel) => colour.voxels[channel * 35]!);
      expect(grey.voxels[0]).toBeCloseTo(0.299 * red! + 0.587 * green! + 0.114 * blue!, 5);
      expect((await readImageHeader(path)).channels).toBe(3);
      expect((await readImageHeader(join(folder, 'grey16.png'))).size).toEqual([7, 5]);
    });
  },
);

describe('writePng', () => {
  it('writes grey and RGB that read back as they were', async () => {
    const path = join(folder, 'written.png');
    const pixels = Uint8Array.from([0, 1, 127, 128, 254, 255]);
    await writePng(path, { width: 3, height: 2, pixels });
    expect([...(await readImage(path)).voxels].map((v) => Math.round(v * 255))).toEqual([
      ...pixels,
    ]);
    await writePng(path, { width: 2, height: 1, pixels });
    const colour = await readImage(path, { colour: 'keep' });
    expect([...colour.voxels].map((v) => Math.round(v * 255))).toEqual([0, 128, 1, 254, 127, 255]);
  });

  it('leaves a picture of one grey constant when it is shrunk, whichever grey', async () => {
    const path = join(folder, 'constant.png');
    for (const grey of [0, 1, 85, 127, 254]) {
      const pixels = new Uint8Array(53 * 47).fill(grey);
      await writePng(path, { width: 53, height: 47, pixels });
      const { voxels } = await readImage(path, { shortSide: 19 });
      expect(new Set(voxels), String(grey)).toEqual(new Set([Math.fround(grey / 255)]));
    }
  });

  it('refuses pixels that do not fill the picture', async () => {
    const picture = { width: 3, height: 2, pixels: new Uint8Array(7) };
    await expect(writePng(join(folder, 'bad.png'), picture)).rejects.toThrow(/7 values .* 3 x 2/);
  });
});
