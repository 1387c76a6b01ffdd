import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { undoPngFilters, withHugePages } from '@pcrl/torch/reading';
import { expect, test } from 'vitest';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const MIB = 2 ** 20;
const SETTING = '/sys/kernel/mm/transparent_hugepage/enabled';
const offered = existsSync(SETTING) && !readFileSync(SETTING, 'utf8').includes('[never]');

/** Megabytes of this process: on huge pages, and in all. */
function inUse(): { huge: number; all: number } {
  const text = readFileSync('/proc/self/smaps_rollup', 'utf8');
  const field = (name: string) =>
    Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { huge: field('AnonHugePages'), all: field('Rss') };
}

/** Two arrays of 64 MiB, which nothing holds any more afterwards. */
function whileFilled<T>(look: () => T): T {
  const arrays = [
    withHugePages(new Float32Array(new SharedArrayBuffer(64 * MIB))),
    withHugePages(new Float32Array(16 * MIB)),
  ];
  for (const array of arrays) array.fill(1);
  return look();
}

test.skipIf(!offered)(
  'large arrays, shared or not, lie on huge pages and are given back',
  async () => {
    const before = inUse();
    const filled = whileFilled(() => inUse());
    // Memory may be too scattered for some of them.
    expect(filled.huge - before.huge).toBeGreaterThan(64);
    expect(filled.all - before.all).toBeLessThan(140);
    for (let round = 0; round < 3; round++) {
      collect();
      await setTimeout(20);
    }
    expect(inUse().all).toBeLessThan(before.all + 16);
  },
);

test('an array stays what it was, wherever it starts and whatever its size', () => {
  const memory = new Uint8Array(9 * MIB).fill(7);
  const inside = withHugePages(memory.subarray(12_345, 8 * MIB));
  expect(inside.byteOffset).toBe(12_345);
  expect(memory.every((value) => value === 7)).toBe(true);
  const small = new Float64Array([1, 2, 3]);
  expect(withHugePages(small)).toBe(small);
  expect(withHugePages(new Uint8Array(0))).toHaveLength(0);
});

test('rows of a PNG that are none are refused', () => {
  expect(() => undoPngFilters(new Uint8Array(11), 4, 1)).toThrow(/no whole rows/);
  expect(() => undoPngFilters(new Uint8Array(10), 0, 1)).toThrow(/no whole rows/);
  expect(() => undoPngFilters(new Uint8Array(10), 4, 0)).toThrow(/no whole rows/);
  const unknown = Uint8Array.of(2, 1, 1, 5, 1, 1);
  expect(undoPngFilters(unknown, 2, 1)).toBe(false);
  expect([...unknown]).toEqual([2, 1, 1, 5, 1, 1]);
  expect(undoPngFilters(new Uint8Array(0), 4, 1)).toBe(true);
});
