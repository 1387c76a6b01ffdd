import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SafetensorsError } from '../../src/errors.js';
import { parseSafetensors, readSafetensors } from '../../src/safetensors/index.js';
import { entry, fileOf, REFERENCE_FILE } from './files.js';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'hostile.safetensors');

const bytes = (length: number) => new Uint8Array(length);
const float = (begin: number, end: number, shape = '1') =>
  entry('F32', shape, `${begin}`, `${end}`);

const hostile: readonly (readonly [what: string, file: Uint8Array, reason: RegExp])[] = [
  ['nothing', bytes(0), /0 bytes are too few/],
  ['seven bytes', bytes(7), /7 bytes are too few/],
  ['no header', bytes(8), /does not start with "\{"/],
  ['a header over the cap', fileOf('{}', bytes(0), 100_000_001n), /over the limit of 100000000/],
  ['a header of 2^64 - 1 bytes', fileOf('{}', bytes(0), 2n ** 64n - 1n), /over the limit/],
  ['a header longer than the file', fileOf('{}', bytes(0), 3n), /3 bytes is announced/],
  ['a header that is a list', fileOf('[]'), /does not start with/],
  ['white space before the header', fileOf(' {}'), /does not start with/],
  ['a byte order mark', fileOf('\ufeff{}'), /does not start with/],
  ['a header that is not UTF-8', fileOf(Uint8Array.from([0x7b, 0xff, 0x7d])), /not UTF-8/],
  ['half a surrogate pair', fileOf('{"\\ud800":{}}'), /not Unicode/],
  ['a header that is not JSON', fileOf('{"a":'), /not JSON/],
  ['text after the header', fileOf('{}x'), /not JSON/],
  ['zeros as padding', fileOf('{}\0\0'), /not JSON/],
  ['a thousand open brackets', fileOf(`{"a":${'['.repeat(1000)}`), /not JSON/],
  [
    'a tensor given twice',
    fileOf(`{"a":${float(0, 4)},"a":${float(0, 4)}}`, bytes(4)),
    /"a" twice/,
  ],
  ['a key given twice, once escaped', fileOf(`{"a":1,"\\u0061":2}`), /"a" twice/],
  ['a dtype given twice', fileOf(`{"a":{"dtype":"F32","dtype":"I8"}}`), /"dtype" twice/],
  ['metadata given twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), /twice/],
  ['metadata that is text', fileOf('{"__metadata__":"x"}'), /__metadata__ is no JSON object/],
  ['metadata that is null', fileOf('{"__metadata__":null}'), /__metadata__ is no JSON object/],
  ['metadata with a number', fileOf('{"__metadata__":{"k":1}}'), /value of "k" is no string/],
  ['metadata in metadata', fileOf('{"__metadata__":{"k":{}}}'), /value of "k" is no string/],
  ['an entry that is a number', fileOf('{"a":1}'), /"a": its entry is no JSON object/],
  ['an entry that is a list', fileOf('{"a":[]}'), /"a": its entry is no JSON object/],
  ['an entry without a dtype', fileOf('{"a":{}}'), /unknown dtype/],
  [
    'an unknown dtype',
    fileOf(`{"a":${entry('F7', '1', '0', '4')}}`, bytes(4)),
    /unknown dtype "F7"/,
  ],
  [
    'a dtype in lower case',
    fileOf(`{"a":${entry('f32', '1', '0', '4')}}`, bytes(4)),
    /unknown dtype/,
  ],
  ['no shape', fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', bytes(4)), /its shape/],
  ['a shape of text', fileOf(`{"a":${entry('F32', '"1"', '0', '4')}}`, bytes(4)), /its shape/],
  ['a negative length', fileOf(`{"a":${entry('F32', '-1', '0', '4')}}`, bytes(4)), /number -1/],
  ['a broken length', fileOf(`{"a":${entry('F32', '1.0', '0', '4')}}`, bytes(4)), /number 1\.0/],
  ['a length like 1e0', fileOf(`{"a":${entry('F32', '1e0', '0', '4')}}`, bytes(4)), /number 1e0/],
  ['a length of 2^53', fileOf(`{"a":${float(0, 4, '9007199254740992')}}`), /its shape/],
  ['a length of a thousand digits', fileOf(`{"a":${float(0, 4, '9'.repeat(1000))}}`), /its shape/],
  [
    'a product that overflows',
    fileOf(`{"a":${float(0, 4, '4294967296,4294967296')}}`),
    /overflows/,
  ],
  [
    'an overflow hidden by a zero',
    fileOf(`{"a":${float(0, 0, '4294967296,4294967296,0')}}`),
    /overflows/,
  ],
  ['no offsets', fileOf('{"a":{"dtype":"F32","shape":[1]}}', bytes(4)), /its data_offsets/],
  ['one offset', fileOf('{"a":{"dtype":"U8","shape":[],"data_offsets":[0]}}'), /its data_offsets/],
  ['three offsets', fileOf(`{"a":${entry('U8', '', '0', '1,2')}}`, bytes(1)), /its data_offsets/],
  ['an end before the begin', fileOf(`{"a":${float(4, 0)}}`, bytes(4)), /ends at 0, before/],
  ['a size that is too small', fileOf(`{"a":${float(0, 3)}}`, bytes(3)), /takes 4 bytes, not 3/],
  ['a size that is too large', fileOf(`{"a":${float(0, 8)}}`, bytes(8)), /takes 4 bytes, not 8/],
  [
    'a hole at the start',
    fileOf(`{"a":${float(4, 8)}}`, bytes(8)),
    /"a": leaves a hole at offset 4/,
  ],
  [
    'a hole between two',
    fileOf(`{"a":${float(0, 4)},"b":${float(8, 12)}}`, bytes(12)),
    /"b": leaves a hole at offset 8/,
  ],
  [
    'two tensors on the same bytes',
    fileOf(`{"a":${float(0, 4)},"b":${float(0, 4)}}`, bytes(4)),
    /"b": overlaps another tensor at offset 0/,
  ],
  [
    'two tensors that overlap in part',
    fileOf(`{"b":${float(2, 6)},"a":${float(0, 4)}}`, bytes(6)),
    /"b": overlaps another tensor at offset 2/,
  ],
  ['data that is cut off', fileOf(`{"a":${float(0, 4)}}`, bytes(3)), /cut off: 4 bytes .* 3 there/],
  ['data left over', fileOf(`{"a":${float(0, 4)}}`, bytes(5)), /1 bytes at the end/],
  ['data without tensors', fileOf('{}', bytes(1)), /1 bytes at the end/],
];

describe('hostile safetensors', () => {
  it.each(hostile)('refuses %s', (_, file, reason) => {
    expect(() => parseSafetensors(file, 'memory')).toThrow(SafetensorsError);
    expect(() => parseSafetensors(file, 'memory')).toThrow(reason);
    writeFileSync(path, file);
    expect(() => readSafetensors(path)).toThrow(reason);
    expect(() => readSafetensors(path)).toThrow(path);
  });

  it('says so when the file is missing or a folder', () => {
    expect(() => readSafetensors(join(folder, 'none'))).toThrow(/none: cannot be read \(ENOENT\)/);
    expect(() => readSafetensors(folder)).toThrow(/cannot be read \(EISDIR\)/);
  });

  it('takes no memory by what a header promises', () => {
    const promised = fileOf('{', bytes(0), 99_999_999n);
    writeFileSync(path, promised);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readSafetensors(path)).toThrow(/announced/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it('refuses a valid file that was cut anywhere', () => {
    writeFileSync(path, REFERENCE_FILE);
    for (let length = REFERENCE_FILE.length - 1; length >= 0; length--) {
      truncateSync(path, length);
      expect(() => readSafetensors(path)).toThrow(SafetensorsError);
    }
  });

  it('survives any change of bytes: a whole result or a SafetensorsError', () => {
    const change = fc.tuple(fc.nat(REFERENCE_FILE.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = REFERENCE_FILE.slice();
        for (const [at, value] of changes) changed[at] = value;
        expectWholeOrRefused(changed);
      }),
      { numRuns: 3000 },
    );
  });

  it('survives any JSON in the place of the header', () => {
    const tensorLike = fc.record(
      {
        dtype: fc.constantFrom('F32', 'U8', 'X', 1),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 3 })), fc.jsonValue()),
        data_offsets: fc.oneof(fc.array(fc.nat(12), { maxLength: 3 }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(fc.string(), fc.oneof(tensorLike, fc.jsonValue()));
    fc.assert(
      fc.property(header, fc.nat(12), (value, dataBytes) => {
        expectWholeOrRefused(fileOf(JSON.stringify(value), bytes(dataBytes)));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Either every byte of data belongs to exactly one tensor, or the file is refused. */
function expectWholeOrRefused(file: Uint8Array): void {
  try {
    const { tensors } = parseSafetensors(file);
    const covered = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    expect(covered).toBe(file.length - 8 - header);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
  }
}
