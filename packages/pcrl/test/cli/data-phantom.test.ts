import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';

let folder: string;
let printed: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcrl-data-phantom-'));
  printed = '';
  const keep = (text: unknown) => {
    printed += String(text);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const phantom = (...words: string[]) => main(['data', 'phantom', ...words]);

it('draws an archive, tells how far it is, and does nothing the second time', async () => {
  const request = ['lits', '--out', join(folder, 'lits'), '--cases', '1', '--side', '16'];
  expect(await phantom(...request), printed).toBe(0);
  expect(printed).toContain('1/1 scans');
  expect(await readdir(join(folder, 'lits'))).toContain('segmentation-0.nii');
  printed = '';
  expect(await phantom(...request), printed).toBe(0);
  expect(printed).not.toContain('1/1 scans');
});

it.each([
  [['mnist', '--out', 'x'], 'Choose one of nih, chexpert, luna, lits, brats'],
  [['luna'], '--out'],
  [['luna', '--out', 'x', '--cases', '0'], 'Give a whole number, 1 to'],
  [['luna', '--out', 'x', '--side', '8'], 'Give a whole number, 16 to 1024'],
  [['luna', '--out', 'x', '--seed', '-1'], 'Give a whole number, 0 or more'],
])('refuses %j and makes nothing', async (words, says) => {
  const moved = words.map((word) => (word === 'x' ? join(folder, 'x') : word));
  expect(await phantom(...moved)).toBe(2);
  expect(printed).toContain(says);
  expect(await readdir(folder)).toEqual([]);
});

it('refuses a folder that holds something else', async () => {
  await writeFile(join(folder, 'thesis.tex'), '');
  expect(await phantom('lits', '--out', folder, '--cases', '1', '--side', '16')).toBe(2);
  expect(printed).toContain('holds something else');
  expect(await readdir(folder)).toEqual(['thesis.tex']);
});
