import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageHeader } from '../../../src/images/index.js';
import { phantomArchive } from '../../../src/phantom/archives/index.js';
import { chestFindings } from '../../../src/phantom/radiograph/findings.js';
import { pythonLacks, runPython } from '../../python.js';
import { type DrawnArchive, drawnArchive } from './drawn.js';

const CASES = 14;
const SIDE = 32;
let archive: DrawnArchive;
let entries: Record<string, string>[];
beforeAll(async () => {
  archive = await drawnArchive('nih', { cases: CASES, side: SIDE });
  entries = await archive.table('Data_Entry_2017.csv');
});
afterAll(() => archive.remove());

const lines = async (name: string) =>
  (await readFile(archive.path(name), 'utf8')).trimEnd().split('\n');

describe('ChestX-ray14 in miniature', () => {
  it('has the columns of the archive, with its unquoted commas', async () => {
    const [header, ...rows] = await lines('Data_Entry_2017.csv');
    expect(header).toBe(
      'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],',
    );
    for (const row of rows) expect(row.split(',')).toHaveLength(12);
    for (const row of await lines('BBox_List_2017.csv')) expect(row.split(',')).toHaveLength(9);
  });

  it('has one picture a row, named by patient and follow-up', async () => {
    const pictures = (await archive.files()).filter((file) => file.endsWith('.png'));
    expect(pictures.map((file) => file.split('/').at(-1))).toEqual(
      entries.map((entry) => entry['Image Index']),
    );
    for (const entry of entries) {
      const patient = entry['Patient ID']!.padStart(8, '0');
      const followUp = entry['Follow-up #']!.padStart(3, '0');
      expect(entry['Image Index']).toBe(`${patient}_${followUp}.png`);
    }
    expect(entries.length).toBeGreaterThan(CASES);
  });

  it('begins another folder after twenty patients', async () => {
    await phantomArchive('nih').writeCase({ folder: archive.folder, seed: 1, side: 16, index: 20 });
    const files = await archive.files();
    await rm(archive.path('images_002'), { recursive: true });
    expect(files.find((file) => file.includes('00000021_'))).toMatch(/^images_002\/images\//);
    expect(files.find((file) => file.includes('00000014_'))).toMatch(/^images_001\/images\//);
  });

  it('has labels that are known, or No Finding', () => {
    const known = new Set<string>([...chestFindings, 'No Finding']);
    const labels = entries.flatMap((entry) => entry['Finding Labels']!.split('|'));
    expect(labels.every((label) => known.has(label))).toBe(true);
    expect(new Set(labels).size).toBeGreaterThan(4);
    const healthy = labels.filter((label) => label === 'No Finding').length / entries.length;
    expect(healthy).toBeGreaterThan(0.25);
    expect(healthy).toBeLessThan(0.75);
  });

  it('splits by patient', async () => {
    const [train, test] = [await lines('train_val_list.txt'), await lines('test_list.txt')];
    expect([...train, ...test].sort()).toEqual(entries.map((entry) => entry['Image Index']));
    const patients = (names: string[]) => new Set(names.map((name) => name.slice(0, 8)));
    for (const patient of patients(test)) expect(patients(train)).not.toContain(patient);
  });

  it('has boxes within the picture, of images with that label', async () => {
    const rows = (await lines('BBox_List_2017.csv')).slice(1).map((row) => row.split(','));
    expect(rows.length).toBeGreaterThan(0);
    for (const [name, label, ...numbers] of rows) {
      const entry = entries.find((candidate) => candidate['Image Index'] === name);
      expect(entry!['Finding Labels']).toContain(label === 'Infiltrate' ? 'Infiltration' : label);
      const [x, y, width, height] = numbers.map(Number) as [number, number, number, number];
      expect(Math.min(x, y, width, height)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(SIDE);
    }
  });

  it.skipIf(pythonLacks('PIL', 'numpy'))(
    'is read by Pillow as 8-bit grey, and RGBA now and then',
    async () => {
      const script = `
import json, sys, glob
from collections import Counter
from PIL import Image
images = [Image.open(f) for f in glob.glob(sys.argv[1] + '/*/images/*.png')]
print(json.dumps([Counter(i.mode for i in images), sorted({i.size for i in images})]))`;
      const [modes, sizes] = runPython<[Record<string, number>, number[][]]>(
        script,
        archive.folder,
      );
      expect(Object.keys(modes).sort()).toEqual(['L', 'RGBA']);
      expect(modes.L).toBeGreaterThan(modes.RGBA!);
      expect(sizes).toEqual([[SIDE, SIDE]]);
    },
  );

  it('is read here', async () => {
    const first = (await archive.files()).find((file) => file.endsWith('.png'))!;
    expect((await readImageHeader(archive.path(first))).size).toEqual([SIDE, SIDE]);
  });
});
