import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetError, SettingsError } from '../../../src/errors.js';
import {
  phantomArchive,
  phantomArchives,
  writeArchive,
} from '../../../src/phantom/archives/index.js';
import { drawnFolder, hashes, unwatched } from './drawn.js';

const SMALLEST = { seed: 5, side: 16 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phantom-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

const draw = (name: string, into: string, cases: number, watcher = unwatched) =>
  writeArchive(phantomArchive(name), { folder: join(folder, into), cases, ...SMALLEST }, watcher);
const drawn = (into: string) => hashes(drawnFolder(join(folder, into)));

describe.each(phantomArchives.map(({ name }) => name))('a phantom archive, %s', (name) => {
  it('has the same bits for the same case, whatever the number of cases', async () => {
    await draw(name, 'few', 1);
    await draw(name, 'more', 2);
    const [few, more] = [await drawn('few'), await drawn('more')];
    const tables = Object.keys(phantomArchive(name).tables);
    for (const path of Object.keys(few).filter((path) => !tables.includes(path))) {
      expect(more[path], path).toBe(few[path]);
    }
    expect(Object.keys(more).length).toBeGreaterThan(Object.keys(few).length);
    for (const table of tables) {
      const [short, long] = [join(folder, 'few', table), join(folder, 'more', table)];
      const lines = (await readFile(short, 'utf8')).trimEnd();
      expect(await readFile(long, 'utf8')).toContain(lines);
    }
  });
});

describe('writing a phantom archive', () => {
  it('goes on after an interruption and a torn journal, and ends in the same files', async () => {
    await draw('luna', 'whole', 3);
    const once = { count: () => undefined, interrupted: () => true };
    expect(await draw('luna', 'pieces', 3, once)).toBe(true);
    await appendFile(join(folder, 'pieces', '.phantom.jsonl'), '{"annotations.csv": ["cut sho');
    expect(await draw('luna', 'pieces', 3)).toBe(false);
    expect(await drawn('pieces')).toEqual(await drawn('whole'));
  });

  it('tells how far it has come', async () => {
    const said: string[] = [];
    const watcher = {
      count: ({ noun, done, total }: { noun: string; done: number; total: number }) => {
        said.push(`${done}/${total} ${noun}`);
      },
      interrupted: () => false,
    };
    await draw('lits', 'here', 2, watcher);
    expect(said).toEqual(['1/2 scans', '2/2 scans']);
  });

  it('refuses a folder with something else, or with another request', async () => {
    await writeFile(join(folder, 'thesis.tex'), '');
    const here = writeArchive(phantomArchive('luna'), { folder, cases: 1, ...SMALLEST }, unwatched);
    await expect(here).rejects.toThrow(DatasetError);
    await draw('luna', 'other', 1);
    await expect(draw('luna', 'other', 2)).rejects.toThrow(/another request.*"cases":1/);
    await expect(draw('lits', 'other', 1)).rejects.toThrow(DatasetError);
  });

  it('knows its archives', () => {
    expect(() => phantomArchive('mnist')).toThrow(SettingsError);
  });
});
