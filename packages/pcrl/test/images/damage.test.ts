import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../src/errors.js';
import { readImage, readImageHeader, writeNifti, writePng } from '../../src/images/index.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

async function refusal(path: string): Promise<ImageError> {
  const error = await readImage(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImageError);
  return error as ImageError;
}

const names = ['whole.nii', 'whole.nii.gz', 'whole.mha', 'whole.png', 'whole.jpg'];

beforeAll(async () => {
  const voxels = Int16Array.from({ length: 6 * 7 * 8 }, (_, at) => (at * 7919) % 2000);
  for (const name of ['whole.nii', 'whole.nii.gz']) {
    await writeNifti(file(name), { size: [6, 7, 8], spacing: [1, 1, 1], voxels });
  }
  const header = 'NDims = 3\nDimSize = 6 7 8\nElementType = MET_SHORT\nElementDataFile = LOCAL\n';
  writeFileSync(
    file('whole.mha'),
    Buffer.concat([Buffer.from(header), Buffer.from(voxels.buffer)]),
  );
  const pixels = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at * 31) % 251);
  await writePng(file('whole.png'), { width: 64, height: 64, pixels });
  const { default: sharp } = await import('sharp');
  await sharp(file('whole.png')).jpeg().toFile(file('whole.jpg'));
});

describe('a file that is cut short', () => {
  it.each(names)('%s is refused wherever it is cut', async (name) => {
    const bytes = readFileSync(file(name));
    for (let sixteenth = 0; sixteenth < 16; sixteenth++) {
      const path = file(`cut-${name}`);
      writeFileSync(path, bytes.subarray(0, Math.floor((bytes.length * sixteenth) / 16)));
      const error = await refusal(path);
      if (sixteenth === 0) expect(error.reason).toMatch(/empty/);
    }
  });
});

describe('a file with damaged bytes', () => {
  it('every flipped byte of compressed data shows', async () => {
    const whole = readFileSync(file('whole.nii.gz'));
    const intact = await readImage(file('whole.nii.gz'));
    const path = file('flipped.nii.gz');
    for (let at = 10; at < whole.length; at += 5) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ 0x10;
      writeFileSync(path, bytes);
      const result = await readImage(path).catch((thrown: unknown) => thrown);
      if (result instanceof ImageError) continue;
      // A bit that carries nothing (padding in the stream) may flip unseen.
      expect((result as typeof intact).voxels).toEqual(intact.voxels);
    }
  });
});

describe('refusals say what is wrong', () => {
  const edited = (edit: (header: Buffer) => void) => {
    const bytes = Buffer.from(readFileSync(file('whole.nii')));
    edit(bytes);
    return bytes;
  };
  const cases: [what: string, name: string, bytes: () => Buffer | string, reason: RegExp][] = [
    [
      'text as PNG',
      'a.png',
      () => 'hello world',
      /neither a PNG nor a JPEG nor a TIFF: byte 0 starts 68 65/,
    ],
    ['text as NIfTI', 'a.nii', () => 'hello world', /byte 0 starts 68 65 6c 6c/],
    ['BMP', 'a.bmp', () => 'BM', /"\.bmp" are not read[\s\S]*\.png .*\.nii\.gz .*\.mha/],
    ['short header', 'a.nii', () => edited(() => {}).subarray(0, 200), /header ends at byte 348/],
    [
      'no magic',
      'a.nii',
      () => edited((h) => h.fill(0, 344, 348)),
      /no NIfTI mark "n\+1" at byte 344/,
    ],
    ['pair', 'a.nii', () => edited((h) => h.write('ni1\0', 344)), /pair/],
    [
      'type',
      'a.nii',
      () => edited((h) => h.writeInt16LE(128, 70)),
      /datatype 128 at byte 70 \(RGB/,
    ],
    ['rank', 'a.nii', () => edited((h) => h.writeInt16LE(99, 40)), /dim\[0\] at byte 40 is 99/],
    ['negative', 'a.nii', () => edited((h) => h.writeInt16LE(-6, 42)), /size -6 x 7 x 8/],
    [
      'volumes',
      'a.nii',
      () => edited((h) => [4, 6, 7, 4, 2].forEach((n, at) => void h.writeInt16LE(n, 40 + at * 2))),
      /holds 2 volumes \(6 x 7 x 4 x 2\)/,
    ],
    [
      'offset',
      'a.nii',
      () => edited((h) => h.writeFloatLE(100, 108)),
      /vox_offset at byte 108 is 100/,
    ],
    ['sform', 'a.nii', () => edited((h) => h.fill(0, 280, 328)), /orientation matrix is singular/],
    [
      'intercept',
      'a.nii',
      () => edited((h) => h.writeFloatLE(Number.NaN, 116)),
      /scl_inter at byte 116/,
    ],
    [
      'long gzip',
      'a.nii.gz',
      () => gzipSync(Buffer.concat([edited(() => {}), Buffer.alloc(3 << 20)])),
      /holds more than the/,
    ],
    [
      'short data',
      'a.nii',
      () => edited(() => {}).subarray(0, 500),
      /from byte 352 end at byte 1024, .* byte 500/,
    ],
  ];
  it.each(cases)('%s', async (_, name, bytes, reason) => {
    writeFileSync(file(name), bytes());
    expect((await refusal(file(name))).message).toMatch(reason);
  });

  it('a missing file and a folder', async () => {
    expect((await refusal(file('missing.nii'))).reason).toMatch('no such file');
    mkdirSync(file('folder.nii'));
    expect((await refusal(file('folder.nii'))).reason).toMatch(/is a folder/);
    mkdirSync(file('pictures'));
    expect((await refusal(file('pictures'))).message).toMatch(/is a folder.*\n.*an image in it/);
    await expect(readImageHeader(file('missing.nii'))).rejects.toThrow(ImageError);
    await expect(readImageHeader(file('folder.nii'))).rejects.toThrow(/is a folder/);
  });

  it('tells gzip by the bytes, not the name', async () => {
    const plain = gunzipSync(readFileSync(file('whole.nii.gz')));
    writeFileSync(file('plain.nii.gz'), plain);
    writeFileSync(file('zipped.nii'), gzipSync(plain));
    const whole = await readImage(file('whole.nii'));
    expect((await readImage(file('plain.nii.gz'))).voxels).toEqual(whole.voxels);
    expect((await readImage(file('zipped.nii'))).voxels).toEqual(whole.voxels);
  });
});
