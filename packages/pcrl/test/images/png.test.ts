import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHead } from '../../src/images/bytes.js';
import { decodePicture } from '../../src/images/picture/decode.js';
import { readPlainPng } from '../../src/images/picture/png.js';
import {
  colourImage,
  greyImage,
  type StoredPicture,
} from '../../src/images/picture/stored-picture.js';
import { temporaryFolder } from './folders.js';

const path = join(temporaryFolder(), 'drawn.png');

/** A PNG to write: what its header says, and its rows before they are compressed. */
interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  /** Compression, filtering, interlacing: 0 in all but a few files. */
  readonly methods: readonly number[];
  /** The filters of the rows, over and over. */
  readonly filters: readonly number[];
  /** Bytes of the rows, over and over; what a filter makes of them does not matter. */
  readonly bytes: Uint8Array;
  /** Bytes that the rows have too many, or too few. */
  readonly surplus: number;
  /** Into how many chunks the compressed rows are cut. */
  readonly pieces: number;
  /** A chunk between header and pixels. */
  readonly between: string;
}

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const sound = {
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  depth: fc.constantFrom(8, 16),
  colourType: fc.constantFrom(0, 2, 4, 6),
  methods: fc.constant([0, 0, 0]),
  filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 999 }),
  surplus: fc.constant(0),
  pieces: fc.integer({ min: 1, max: 4 }),
  between: fc.constantFrom('', 'tEXt', 'gAMA', 'PLTE'),
};

const rarely = (common: number, other: number) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(common) }, fc.constant(other));

const unusual = {
  ...sound,
  width: fc.integer({ min: 0, max: 40 }),
  depth: fc.constantFrom(1, 4, 8, 16, 8, 16),
  colourType: fc.constantFrom(0, 1, 2, 3, 4, 5, 6),
  methods: fc.tuple(rarely(0, 1), rarely(0, 1), rarely(0, 1)),
  filters: fc.array(rarely(4, 5), { minLength: 1, maxLength: 40 }),
  surplus: fc.integer({ min: -2, max: 1 }),
  between: fc.constantFrom('', 'tEXt', 'PLTE', 'IHDR', 'CgBI'),
};

function chunk(kind: string, data: Uint8Array): Buffer {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function rows({ width, height, depth, colourType, filters, bytes, surplus }: Drawn): Buffer {
  const rowBytes = Math.ceil((width * depth * (SAMPLES[colourType] ?? 1)) / 8);
  const all = Buffer.alloc(Math.max(0, height * (rowBytes + 1) + surplus));
  all.forEach((_, at) => {
    const [row, column] = [Math.floor(at / (rowBytes + 1)), at % (rowBytes + 1)];
    all[at] = column === 0 ? filters[row % filters.length]! : bytes[at % bytes.length]!;
  });
  return all;
}

function encoded(drawn: Drawn): Buffer {
  const { width, height, depth, colourType, methods, pieces, between } = drawn;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, ...methods], 8);
  const data = deflateSync(rows(drawn));
  const share = Math.ceil(data.length / pieces);
  const parts = Array.from({ length: pieces }, (_, piece) =>
    chunk('IDAT', data.subarray(piece * share, (piece + 1) * share)),
  );
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(between ? [chunk(between, Buffer.from([0, 0, 0, 200, 100, 50]))] : []),
    ...parts,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

async function plain(): Promise<StoredPicture | undefined> {
  return readPlainPng(path, await readHead(path));
}

/** What is made of a picture; libvips drops transparency sooner than we do. */
function seen(picture: StoredPicture | undefined): unknown {
  if (!picture) return undefined;
  const image =
    picture.channels === 1 ? greyImage(path, picture, Infinity) : colourImage(path, picture);
  return { size: image.size, channels: image.channels, voxels: image.voxels };
}

it('gives the numbers that libvips gives, whatever the filters', async () => {
  const property = fc.asyncProperty(fc.record(sound), async (drawn) => {
    fc.pre(drawn.between !== 'PLTE' || drawn.colourType === 2 || drawn.colourType === 6);
    writeFileSync(path, encoded(drawn));
    expect(seen(await plain())).toEqual(seen(await decodePicture(path)));
  });
  await fc.assert(property, { seed: 1, numRuns: 150 });
});

it('leaves what is unusual alone, or reads it as libvips does', async () => {
  let left = 0;
  const property = fc.asyncProperty(fc.record(unusual), async (drawn) => {
    writeFileSync(path, encoded(drawn));
    const picture = await plain();
    if (picture) expect(seen(picture)).toEqual(seen(await decodePicture(path)));
    else left++;
  });
  await fc.assert(property, { seed: 1, numRuns: 300 });
  expect(left).toBeGreaterThan(100);
});

it('leaves a file with any flipped byte, or cut anywhere, alone', async () => {
  const whole = encoded({
    width: 5,
    height: 4,
    depth: 16,
    colourType: 2,
    methods: [0, 0, 0],
    filters: [4, 3, 2, 1],
    bytes: Uint8Array.from([1, 250, 7, 99, 30]),
    surplus: 0,
    pieces: 2,
    between: 'tEXt',
  });
  for (let at = 8; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 0x20;
    for (const bytes of [flipped, whole.subarray(0, at)]) {
      writeFileSync(path, bytes);
      expect(await plain(), `byte ${at}`).toBeUndefined();
    }
  }
  writeFileSync(path, whole);
  expect(seen(await plain())).toEqual(seen(await decodePicture(path)));
});

it('does not believe a header that promises more than the bytes can hold', async () => {
  const drawn = { ...fc.sample(fc.record(sound), { seed: 1, numRuns: 1 })[0]!, surplus: 0 };
  const small = encoded({ ...drawn, width: 3, height: 3 });
  for (const [width, height] of [
    [0xffff_ffff, 0xffff_ffff],
    [0x7fff_ffff, 1],
    [1, 0x7fff_ffff],
    [20_000, 20_000],
  ] as const) {
    const bytes = Buffer.from(small);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    writeFileSync(path, bytes);
    expect(await plain()).toBeUndefined();
  }
});
