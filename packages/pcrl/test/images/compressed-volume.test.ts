import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../src/images/index.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const SIZE = [260, 250, 140] as const;
const COUNT = SIZE[0] * SIZE[1] * SIZE[2];
/** Large enough to be read by slabs. */
const RAW = Buffer.from(Int16Array.from({ length: COUNT }, (_, at) => (at >> 6) % 3001).buffer);
/** In the byte order of few machines. */
const TURNED = Buffer.from(RAW).swap16();

const metaImage = (compressed: boolean, skip = 0) =>
  Buffer.from(
    `NDims = 3\nDimSize = ${SIZE.join(' ')}\nElementType = MET_SHORT\nElementSpacing = 1 2 3\n` +
      `TransformMatrix = -1 0 0 0 0 1 0 -1 0\nBinaryDataByteOrderMSB = True\nHeaderSize = ${skip}\n` +
      `CompressedData = ${compressed}\nElementDataFile = LOCAL\n`,
  );

const nrrd = (encoding: string, skip = 0) =>
  Buffer.from(
    `NRRD0004\ntype: short\ndimension: 3\nsizes: ${SIZE.join(' ')}\nencoding: ${encoding}\nendian: big\n` +
      `space: left-posterior-superior\nspace directions: (-1,0,0) (0,0,2) (0,-3,0)\nbyte skip: ${skip}\n\n`,
  );

interface Way {
  readonly ending: string;
  readonly header: (compressed: boolean, skip?: number) => Buffer;
  readonly deflate: (bytes: Buffer) => Buffer;
}

const WAYS: readonly Way[] = [
  { ending: 'mha', header: metaImage, deflate: (bytes) => deflateSync(bytes, { level: 1 }) },
  {
    ending: 'nrrd',
    header: (compressed, skip) => nrrd(compressed ? 'gzip' : 'raw', skip),
    deflate: (bytes) => gzipSync(bytes, { level: 1 }),
  },
];

describe('a large compressed volume', () => {
  it.each(WAYS)('.$ending is that of the plain file', async ({ ending, header, deflate }) => {
    const [plain, zipped] = ['plain', 'zipped'].map((name) =>
      join(folder, `${name}.${ending}`),
    ) as [string, string];
    writeFileSync(plain, Buffer.concat([header(false), TURNED]));
    const whole = await readImage(plain);
    // In front of the voxels lie as many bytes as are to be skipped.
    for (const lead of [0, 5]) {
      const bytes = Buffer.concat([Buffer.alloc(lead, 1), TURNED]);
      writeFileSync(zipped, Buffer.concat([header(true, lead), deflate(bytes)]));
      const slabs = await readImage(zipped);
      expect(Buffer.from(slabs.voxels.buffer).equals(Buffer.from(whole.voxels.buffer))).toBe(true);
      expect({ ...slabs, path: '', voxels: 0 }).toEqual({ ...whole, path: '', voxels: 0 });
    }
  });

  it.each(WAYS)('.$ending is refused where it is cut, damaged or too long', async (way) => {
    const { ending, header, deflate } = way;
    const path = join(folder, `damaged.${ending}`);
    const refused = async (data: Buffer, reason: RegExp) => {
      writeFileSync(path, Buffer.concat([header(true), data]));
      await expect(readImage(path)).rejects.toThrow(reason);
    };
    const sound = deflate(TURNED);
    const end = COUNT * 2;
    await refused(deflate(TURNED.subarray(0, -2)), new RegExp(`at byte ${end}, .* ${end - 2}`));
    await refused(sound.subarray(0, -2000), /stream is cut short/);
    const flipped = Buffer.from(sound);
    flipped[sound.length - 3]! ^= 1;
    await refused(flipped, /stream is damaged/);
    const long = Buffer.concat([TURNED, Buffer.alloc((1 << 20) + 1)]);
    await refused(deflate(long), /holds more than the/);
  });
});
