import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage } from '../../../src/images/index.js';
import { type DrawnArchive, drawnArchive } from './drawn.js';

let archive: DrawnArchive;
beforeAll(async () => {
  archive = await drawnArchive('luna', { cases: 6, side: 56 });
});
afterAll(() => archive.remove());

describe('LUNA16 in miniature', () => {
  it('has pairs of headers and voxels in subsets, and three tables', async () => {
    const files = await archive.files();
    const headers = files.filter((file) => file.endsWith('.mhd'));
    expect(headers.map((file) => file.split('/')[0])).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => `subset${n}`),
    );
    expect(files).toEqual(
      [
        'annotations.csv',
        'candidates.csv',
        'candidates_V2.csv',
        ...headers.flatMap((file) => [file, file.replace('.mhd', '.raw')]),
      ].sort(),
    );
    expect(Object.keys((await archive.table('annotations.csv'))[0]!)).toEqual([
      'seriesuid',
      'coordX',
      'coordY',
      'coordZ',
      'diameter_mm',
    ]);
  });

  it('marks every nodule where it lies, in flipped scans too', async () => {
    const found = await nodulesInVolumes(archive);
    expect(new Set(found.map(({ flipped }) => flipped))).toEqual(new Set([true, false]));
    // The lung around is at about -850 HU; the faintest nodules, of ground glass, at about -600.
    for (const { value } of found) expect(value).toBeGreaterThan(-740);
  });

  it('lists candidates near nodules as positive, among many more', async () => {
    const nodules = await archive.table('annotations.csv');
    for (const name of ['candidates.csv', 'candidates_V2.csv']) {
      const candidates = await archive.table(name);
      const positive = candidates.filter((row) => row.class === '1');
      expect(candidates.length).toBeGreaterThan(5 * positive.length);
      for (const row of positive) {
        const inside = nodules.some(
          (nodule) =>
            nodule.seriesuid === row.seriesuid &&
            Math.hypot(...['X', 'Y', 'Z'].map((c) => +row[`coord${c}`]! - +nodule[`coord${c}`]!)) <
              0.5 * +nodule.diameter_mm!,
        );
        expect(inside).toBe(true);
      }
    }
  });

  it('pads some scans outside the circle of the scanner', async () => {
    const lows = await Promise.all(
      (await archive.files())
        .filter((file) => file.endsWith('.mhd'))
        .map(async (file) =>
          (await readImage(archive.path(file))).voxels.reduce((a, b) => Math.min(a, b), 0),
        ),
    );
    expect(new Set(lows.map((low) => (low < -2000 ? low : -1000)))).toEqual(
      new Set([-3024, -1000]),
    );
  });
});

/** What each larger nodule's world coordinates point at, by the header alone. */
async function nodulesInVolumes({ path, files, table }: DrawnArchive) {
  const rows = await table('annotations.csv');
  const found: { flipped: boolean; value: number }[] = [];
  for (const file of (await files()).filter((name) => name.endsWith('.mhd'))) {
    const lines = (await readFile(path(file), 'utf8')).split('\n');
    const tags = new Map(lines.map((line) => line.split(' = ') as [string, string]));
    const numbers = (tag: string) => tags.get(tag)!.split(' ').map(Number);
    const [offset, spacing, size] = ['Offset', 'ElementSpacing', 'DimSize'].map(numbers);
    const direction = numbers('TransformMatrix');
    const raw = await readFile(path(file.replace('.mhd', '.raw')));
    expect(raw.length).toBe(2 * size!.reduce((product, n) => product * n, 1));
    for (const row of rows) {
      if (!file.includes(row.seriesuid!) || Number(row.diameter_mm) < 1.2 * spacing![2]!) continue;
      const world = ['X', 'Y', 'Z'].map((c) => Number(row[`coord${c}`]));
      // The directions are diagonal, so their inverse is themselves.
      const [x, y, z] = world.map((mm, axis) =>
        Math.round(((mm - offset![axis]!) * direction[4 * axis]!) / spacing![axis]!),
      ) as [number, number, number];
      const value = raw.readInt16LE(2 * ((z * size![1]! + y) * size![0]! + x));
      found.push({ flipped: direction[0] === -1, value });
    }
  }
  return found;
}
