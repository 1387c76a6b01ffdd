import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SafetensorsError } from '../../src/errors.js';
import {
  parseSafetensors,
  type RawDType,
  type RawTensor,
  readSafetensors,
  safetensorsChunks,
  writeFileDurably,
  writeSafetensors,
} from '../../src/safetensors/index.js';
import { entry, fileOf, REFERENCE_FILE } from './files.js';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'weights.safetensors');

const elementBytes: Record<RawDType, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

const rawTensor: fc.Arbitrary<RawTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(elementBytes) as RawDType[])),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    fill: fc.nat(255),
  })
  .map(({ dtype, shape, fill }) => {
    const elements = shape.reduce((product, length) => product * length, 1);
    return { dtype, shape, data: new Uint8Array(elements * elementBytes[dtype]).fill(fill) };
  });

const unicode = fc.string({ unit: 'grapheme' });

describe('safetensors', () => {
  it('reads a file put together by hand from the published format', () => {
    const header = `{"x":${entry('F32', '2', '0', '8')}, "__metadata__":{"by":"hand"}}  `;
    const data = Uint8Array.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]); // 1 and -2
    const { tensors, metadata } = parseSafetensors(fileOf(header, data));
    expect([...tensors]).toEqual([['x', { dtype: 'F32', shape: [2], data }]]);
    expect(metadata).toEqual({ by: 'hand' });
  });

  it('reads what the reference writer wrote, and writes the same bytes', () => {
    const { tensors, metadata } = parseSafetensors(REFERENCE_FILE);
    expect([...tensors.keys()].join('')).toBe('üdAbihfscam');
    expect(tensors.get('b')).toEqual({
      dtype: 'F32',
      shape: [2, 1],
      data: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]),
    });
    expect(metadata).toEqual({ 'made by': '"us"' });
    const shuffled = [...tensors].reverse();
    const written = Buffer.concat(safetensorsChunks('copy', shuffled, metadata));
    expect(Uint8Array.from(written)).toEqual(REFERENCE_FILE);
  });

  it('gives back what was written', () => {
    const names = unicode.filter((name) => name !== '__metadata__');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(names, rawTensor), { selector: ([name]) => name, maxLength: 8 }),
        fc.dictionary(unicode, unicode, { noNullPrototype: true, maxKeys: 4 }),
        (entries, metadata) => {
          writeSafetensors(path, entries, metadata);
          const read = readSafetensors(path);
          expect(new Map(read.tensors)).toEqual(new Map(entries));
          expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
          expect(parseSafetensors(new Uint8Array(readFileSync(path))).tensors).toEqual(
            read.tensors,
          );
          expect(readFileSync(path).readUInt32LE(0) % 8).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
    expect(readdirSync(folder)).toEqual(['weights.safetensors']);
  });

  it('holds a megabyte of metadata', () => {
    const metadata = { config: '{"a":"\\"}'.repeat(100_000) };
    writeSafetensors(path, [], metadata);
    expect(readSafetensors(path).metadata).toEqual(metadata);
  });

  const byte = { dtype: 'U8', shape: [1], data: new Uint8Array(1) } as const;
  it.each<[string, readonly (readonly [string, RawTensor])[], RegExp]>([
    [
      'a name given twice',
      [
        ['a', byte],
        ['a', { ...byte, dtype: 'I8' }],
      ],
      /"a" is given twice/,
    ],
    ['the metadata’s name', [['__metadata__', byte]], /kept for the metadata/],
    ['half a surrogate pair', [['\ud800', byte]], /not Unicode/],
    ['a shape that does not fit', [['a', { ...byte, shape: [2] }]], /U8 \[2\].* 1 bytes/],
    ['a negative length', [['a', { ...byte, shape: [-1, -1] }]], /does not fit/],
    ['an unknown dtype', [['a', { ...byte, dtype: 'F8' as 'U8' }]], /unknown dtype F8/],
  ])('refuses to write %s', (_, entries, reason) => {
    const target = join(folder, 'refused.safetensors');
    expect(() => writeSafetensors(target, entries)).toThrow(SafetensorsError);
    expect(() => writeSafetensors(target, entries)).toThrow(reason);
    expect(readdirSync(folder)).not.toContain('refused.safetensors');
  });
});

describe('writeFileDurably', () => {
  it('leaves the old file and nothing beside it when writing fails half-way', () => {
    const target = join(folder, 'old.bin');
    writeFileSync(target, 'old');
    const failing = function* () {
      yield Buffer.from('new, but');
      throw new Error('no space left');
    };
    expect(() => writeFileDurably(target, failing())).toThrow('no space left');
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('replaces a file by all the chunks', () => {
    const target = join(folder, 'new.bin');
    writeFileSync(target, 'older and longer than the new one');
    writeFileDurably(target, [Buffer.from('one '), new Uint8Array(0), Buffer.from('two')]);
    expect(readFileSync(target, 'utf8')).toBe('one two');
  });

  it('lets the system’s error through, with its code', () => {
    const target = join(folder, 'missing', 'file.bin');
    expect(() => writeFileDurably(target, [])).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
