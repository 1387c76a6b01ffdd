import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { phantomArchive, writeArchive } from '../../../src/phantom/archives/index.js';
import type { CaseWatcher } from '../../../src/progress.js';

export const unwatched: CaseWatcher = { count: () => undefined, interrupted: () => false };

/** A temporary folder that holds a drawn archive. */
export interface DrawnArchive {
  readonly folder: string;
  path(...parts: string[]): string;
  /** Rows of a CSV by column name; columns without a name are left out. */
  table(path: string): Promise<Record<string, string>[]>;
  /** Every file below, sorted, hidden ones left out. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Draws an archive in miniature, coarsely. */
export async function drawnArchive(
  name: string,
  request: { cases: number; side: number; seed?: number },
): Promise<DrawnArchive> {
  const folder = await mkdtemp(join(tmpdir(), `phantom-${name}-`));
  await writeArchive(phantomArchive(name), { folder, seed: 1, ...request }, unwatched);
  return drawnFolder(folder);
}

export function drawnFolder(folder: string): DrawnArchive {
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    table: async (path) => {
      const [header, ...lines] = (await readFile(join(folder, path), 'utf8')).trimEnd().split('\n');
      const names = header!.split(',');
      return lines.map((line) =>
        Object.fromEntries(line.split(',').map((value, i) => [names[i], value])),
      );
    },
    files: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort();
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Hashes of all files of an archive, by path. */
export async function hashes(archive: DrawnArchive): Promise<Record<string, string>> {
  const entries = (await archive.files()).map(async (path) => {
    const bytes = await readFile(archive.path(path));
    return [path, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
