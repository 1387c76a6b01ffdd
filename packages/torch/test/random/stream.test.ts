import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomError } from '../../src/errors.js';
import { RandomStream } from '../../src/random/index.js';

const seeds = fc.maxSafeNat();
const addresses = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 3 });
const someOf = (stream: RandomStream) => Array.from({ length: 32 }, () => stream.uniform());

describe('RandomStream: addresses', () => {
  it('gives the same numbers for the same address, whatever others draw', () => {
    fc.assert(
      fc.property(seeds, fc.string(), addresses, (seed, purpose, address) => {
        const first = new RandomStream(seed, purpose, ...address);
        const other = new RandomStream(seed, `${purpose}!`, ...address);
        const interleaved = Array.from({ length: 32 }, () => {
          other.normal();
          return first.uniform();
        });
        expect(interleaved).toEqual(someOf(new RandomStream(seed, purpose, ...address)));
      }),
    );
  });

  it('shares no number between different seeds, purposes and addresses', () => {
    const identity = fc.tuple(seeds, fc.string(), addresses);
    fc.assert(
      fc.property(identity, identity, (one, another) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(another));
        const [seedA, purposeA, addressA] = one;
        const [seedB, purposeB, addressB] = another;
        const numbers = new Set(someOf(new RandomStream(seedA, purposeA, ...addressA)));
        const shared = someOf(new RandomStream(seedB, purposeB, ...addressB)).filter((number) =>
          numbers.has(number),
        );
        expect(shared).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('tells neighbours apart: thousands of epochs, samples and views', () => {
    const seen = new Set<number>();
    for (let epoch = 0; epoch < 10; epoch++) {
      for (let sample = 0; sample < 100; sample++) {
        for (let view = 0; view < 8; view++) {
          seen.add(new RandomStream(0, 'crop', epoch, sample, view).uniform());
        }
      }
    }
    expect(seen.size).toBe(8000);
  });

  it('tells [1] from [1, 0], and purposes that differ in length or by a zero character', () => {
    const first = (purpose: string, ...address: number[]) =>
      new RandomStream(7, purpose, ...address).uniform();
    const all = [
      first('a'),
      first('a', 0),
      first('a', 0, 0),
      first('a', 0, 0, 0),
      first('a\0'),
      first(''),
      first('abcdefgh'),
      first('abcdefgh\0'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('keeps its values from release to release', () => {
    const stream = new RandomStream(42, 'pinned', 1, 2, 3);
    expect([stream.integer(1000), stream.uniform(), stream.normal()]).toMatchInlineSnapshot(`
      [
        29,
        0.3832083330513706,
        0.4842991285206172,
      ]
    `);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => new RandomStream(seed, 'x')).toThrow(RandomError);
  });

  it.each([[[-1]], [[0.5]], [[2 ** 32]], [[1, 2, 3, 4]]])('refuses the address %j', (address) => {
    expect(() => new RandomStream(0, 'x', ...address)).toThrow(RandomError);
  });
});

describe('RandomStream: single draws', () => {
  it('keeps uniform numbers and integers in their ranges', () => {
    const bounds = fc.tuple(seeds, fc.integer({ min: 1, max: 2 ** 32 }));
    fc.assert(
      fc.property(bounds, ([seed, upper]) => {
        const stream = new RandomStream(seed, 'ranges');
        for (let draw = 0; draw < 50; draw++) {
          const integer = stream.integer(upper);
          expect(Number.isInteger(integer) && integer >= 0 && integer < upper).toBe(true);
          const number = stream.uniform(-2, 3);
          expect(number >= -2 && number < 3).toBe(true);
        }
      }),
    );
  });

  it('gives each integer equally often (chi-squared over 7 values)', () => {
    const stream = new RandomStream(3, 'dice');
    const draws = 70_000;
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < draws; draw++) counts[stream.integer(7)]! += 1;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(22.46); // 99.9 % of the distribution with 6 degrees
  });

  it('shuffles every order equally often and keeps the items', () => {
    const stream = new RandomStream(4, 'orders');
    const counts = new Map<string, number>();
    const list = ['a', 'b', 'c', 'd'] as const;
    for (let draw = 0; draw < 24_000; draw++) {
      const order = stream.shuffle(list).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(49.73); // 99.9 % with 23 degrees
    expect(list).toEqual(['a', 'b', 'c', 'd']);
  });

  it('chooses from a list and says when there is nothing to choose', () => {
    const stream = new RandomStream(5, 'choice');
    expect(['x', 'y']).toContain(stream.choose(['x', 'y']));
    expect(() => stream.choose([])).toThrow(RandomError);
    expect(stream.chance(0)).toBe(false);
    expect(stream.chance(1)).toBe(true);
  });
});

describe('RandomStream: fills', () => {
  it('are a function of the stream alone, and shorter ones are the beginning of longer ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 }), (length) => {
        const uniform = new RandomStream(1, 'fill').fillUniform(new Float32Array(9001));
        const normal = new RandomStream(1, 'fill').fillNormal(new Float32Array(9001));
        const shortUniform = new RandomStream(1, 'fill').fillUniform(new Float32Array(length));
        const shortNormal = new RandomStream(1, 'fill').fillNormal(new Float32Array(length));
        expect(shortUniform).toEqual(uniform.slice(0, length));
        expect(shortNormal).toEqual(normal.slice(0, length));
      }),
      { numRuns: 30 },
    );
  });

  it('do not repeat what was drawn before from the same stream', () => {
    const stream = new RandomStream(2, 'sequence');
    const first = stream.fillUniform(new Float32Array(1000));
    stream.uniform();
    const second = stream.fillUniform(new Float32Array(1000));
    const both = new Set([...first, ...second]);
    expect(both.size).toBeGreaterThan(1990); // of 2^24 values, two in 2,000 may be equal by chance
  });
});
