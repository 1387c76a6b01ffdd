import fc from 'fast-check';
import type { Seed } from './seeds.js';

/** One damage. Places are shares of the file's length, so that they fit whatever came before. */
type Mutation =
  | { readonly kind: 'bytes'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'number'; readonly which: number; readonly text: string };

/** Which of a seed's files is damaged (as a share), and how. */
export interface Damage {
  readonly file: number;
  readonly mutations: readonly Mutation[];
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
/** Half of all damage goes to the first part of a file, where headers are. */
const place = fc.oneof(
  share,
  share.map((value) => value ** 4),
);
const extremes = fc.constantFrom(
  '00',
  'ff',
  '7f',
  '80',
  'ffff',
  '7fff',
  'ff7f',
  '00000080',
  'ffffff7f',
);
const bytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  extremes.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
);
const text = fc.constantFrom(
  '0',
  '-1',
  '1e9',
  '99999999999',
  'nan',
  'inf',
  '',
  '2',
  '"',
  '[',
  '4294967296',
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('bytes'), at: place, bytes }),
  fc.record({ kind: fc.constant('insert'), at: place, bytes }),
  fc.record({ kind: fc.constant('remove'), at: place, count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('cut'), at: share }),
  fc.record({ kind: fc.constant('number'), which: share, text }),
);

export const damage: fc.Arbitrary<Damage> = fc.record({
  file: share,
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
});

export function damaged(seed: Seed, { file, mutations }: Damage): Seed {
  const files = new Map(seed.files);
  const names = [...files.keys()];
  const name = names[Math.floor(file * names.length)]!;
  files.set(name, mutations.reduce(mutate, files.get(name)!));
  return { ...seed, files };
}

function mutate(whole: Buffer, change: Mutation): Buffer {
  if (change.kind === 'number') return withNumber(whole, change.which, change.text);
  const at = Math.floor(change.at * whole.length);
  switch (change.kind) {
    case 'bytes':
      return Buffer.concat([
        whole.subarray(0, at),
        change.bytes,
        whole.subarray(at + change.bytes.length),
      ]);
    case 'insert':
      return Buffer.concat([whole.subarray(0, at), change.bytes, whole.subarray(at)]);
    case 'remove':
      return Buffer.concat([whole.subarray(0, at), whole.subarray(at + change.count)]);
    case 'cut':
      return whole.subarray(0, at);
  }
}

/** Replaces one of the numbers written as text in the first kilobyte, if there are any. */
function withNumber(whole: Buffer, which: number, text: string): Buffer {
  const head = whole.toString('latin1', 0, 1024);
  const numbers = [...head.matchAll(/-?\d+(\.\d+)?/g)];
  const chosen = numbers[Math.floor(which * numbers.length)];
  if (!chosen) return whole;
  const after = whole.subarray(chosen.index + chosen[0].length);
  return Buffer.concat([whole.subarray(0, chosen.index), Buffer.from(text), after]);
}
