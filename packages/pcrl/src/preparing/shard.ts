import { SettingsError } from '../errors.js';

/** One of `count` runs that share the cases of a cache among themselves. */
export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

export const WHOLE: Shard = { number: 1, count: 1 };

/** @throws {SettingsError} the text is not `i/n` with i from 1 to n */
export function parseShard(text: string): Shard {
  const [, number, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (number !== undefined && count !== undefined && number >= 1 && number <= count) {
    return { number, count };
  }
  throw new SettingsError(
    `--shard ${text} is not a part of a whole`,
    'Give i/n with i from 1 to n: --shard 1/4 in the first of four jobs, --shard 4/4 in the last.',
  );
}

/** Which shard a case belongs to, by its place among the cases. */
export function shardOf(index: number, count: number): number {
  return (index % count) + 1;
}
