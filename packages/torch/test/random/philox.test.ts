import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counter, type Key, philox4x32 } from '../../src/random/index.js';

const words = (text: string) => text.split(' ').map((word) => Number.parseInt(word, 16));

function block(counter: readonly number[], key: readonly number[]): number[] {
  const out = new Uint32Array(4);
  philox4x32(out, 0, 4, counter as unknown as Counter, key as unknown as Key);
  return [...out];
}

/** Philox written from the paper's formulas with exact integers, as slow as it likes. */
function philoxInBigIntegers(counter: readonly number[], key: readonly number[]): number[] {
  let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const low = (value: bigint) => value & 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * x0;
    const product1 = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [
      (product1 >> 32n) ^ x1 ^ k0,
      low(product1),
      (product0 >> 32n) ^ x3 ^ k1,
      low(product0),
    ];
    k0 = low(k0 + 0x9e3779b9n);
    k1 = low(k1 + 0xbb67ae85n);
  }
  return [x0, x1, x2, x3].map(Number);
}

describe('Philox4x32-10', () => {
  // The known answers published with Random123 (kat_vectors, philox4x32 10).
  it.each([
    [
      '00000000 00000000 00000000 00000000',
      '00000000 00000000',
      '6627e8d5 e169c58d bc57ac4c 9b00dbd8',
    ],
    [
      'ffffffff ffffffff ffffffff ffffffff',
      'ffffffff ffffffff',
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      '243f6a88 85a308d3 13198a2e 03707344',
      'a4093822 299f31d0',
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('turns counter %s with key %s into %s', (counter, key, answer) => {
    expect(block(words(counter), words(key))).toEqual(words(answer));
  });

  const word = fc.integer({ min: 0, max: 0xffffffff });
  const tuple = (length: number) => fc.array(word, { minLength: length, maxLength: length });

  it('agrees with exact integer arithmetic', () => {
    fc.assert(
      fc.property(tuple(4), tuple(2), (counter, key) => {
        expect(block(counter, key)).toEqual(philoxInBigIntegers(counter, key));
      }),
      { numRuns: 500 },
    );
  });

  it('fills a range with consecutive blocks, the last one cut off, and nothing outside', () => {
    const out = new Uint32Array(12);
    philox4x32(out, 1, 11, [0xffffffff, 1, 2, 3], [4, 5]);
    const expected = [
      ...block([0xffffffff, 1, 2, 3], [4, 5]),
      ...block([0, 1, 2, 3], [4, 5]),
      ...block([1, 1, 2, 3], [4, 5]).slice(0, 2),
    ];
    expect([...out]).toEqual([0, ...expected, 0]);
  });
});
