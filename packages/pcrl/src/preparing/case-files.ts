import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CacheEntry, type CaseRecord, folderOf } from '../datasets/cache/entries.js';
import { PREPARED_VERSION, type PreparedRecord, RECORD_ENDING } from '../images/index.js';
import { writeDurably } from './write-durably.js';

/** A prepared image before it is written. */
export interface PreparedImage {
  /** What follows the case's id in the file names; empty for the first image. */
  readonly part: string;
  readonly about: Omit<PreparedRecord, 'version' | 'voxels'>;
  readonly voxels: Uint8Array | Uint16Array;
}

/**
 * Writes the files of a case: all voxels, then the records, that of the first image last. Voxels are named by
 * their hash, so a record never meets the voxels of another run. Whatever older runs left of this case
 * is removed at the end.
 *
 * @throws the system's error
 */
export function writeCase(
  cache: string,
  entry: CacheEntry,
  images: readonly PreparedImage[],
): void {
  const folder = folderOf(cache, entry.id);
  mkdirSync(folder, { recursive: true });
  const written = images.map(({ part, about, voxels }) => {
    const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = `${entry.id}${part}.${sha256.slice(0, 8)}.raw`;
    writeDurably(join(folder, file), bytes);
    const type = voxels instanceof Uint16Array ? 'u16' : 'u8';
    const record: PreparedRecord = {
      version: PREPARED_VERSION,
      ...about,
      voxels: { file, type, bytes: bytes.length, sha256 },
    };
    return { name: entry.id + part + RECORD_ENDING, file, record };
  });
  for (const [index, { name, record }] of [...written.entries()].reverse()) {
    const whole: PreparedRecord | CaseRecord = index === 0 ? { ...record, case: entry } : record;
    writeDurably(join(folder, name), `${JSON.stringify(whole, null, 1)}\n`);
  }
  const current = new Set(written.flatMap(({ name, file }) => [name, file]));
  removeFiles(folder, entry.id, (name) => !current.has(name));
}

/** Takes a case out of the cache; the record that makes it a case goes first. */
export function removeCase(cache: string, id: string): void {
  const folder = folderOf(cache, id);
  if (!existsSync(folder)) return;
  rmSync(join(folder, id + RECORD_ENDING), { force: true });
  removeFiles(folder, id, () => true);
}

function removeFiles(folder: string, id: string, chosen: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${id}.`) && chosen(name)) rmSync(join(folder, name), { force: true });
  }
}

/** The smallest of some stored values. */
export function lowestOf(values: Uint8Array | Uint16Array): number {
  let lowest = values[0]!;
  for (let i = 1; i < values.length; i++) if (values[i]! < lowest) lowest = values[i]!;
  return lowest;
}
