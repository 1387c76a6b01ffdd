import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage } from '../../src/images/index.js';
import { drawThoraxPhantom, writePhantomDataset } from '../../src/phantom/index.js';

const drawing = { seed: 1, size: [24, 20, 16], spacing: [16, 16, 18] } as const;

describe('writePhantomDataset', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'phantoms-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('writes images, masks and a table that belong together', async () => {
    const cases = { unlabelled: 2, train: 2, val: 1, test: 1 };
    const dataset = await writePhantomDataset(folder, { ...drawing, cases });

    expect(await readdir(dataset.unlabelled)).toEqual(['patient-001.nii.gz', 'patient-002.nii.gz']);
    const [header, ...rows] = (await readFile(dataset.labels, 'utf8')).trim().split('\n');
    expect(header).toBe('image,patient_id,split,label');
    expect(rows.map((row) => row.split(',')[2])).toEqual(['train', 'train', 'val', 'test']);

    const [image, patient, , mask] = rows[0]!.split(',');
    expect(patient).toBe('patient-003');
    const phantom = drawThoraxPhantom({ ...drawing, index: 2 });
    const readBack = await readImage(join(folder, image!));
    expect(readBack.unit).toBe('HU');
    expect(readBack.size).toEqual(drawing.size);
    expect(readBack.spacing).toEqual(drawing.spacing);
    expect(Int16Array.from(readBack.voxels)).toEqual(phantom.voxels);
    expect(Uint8Array.from((await readImage(join(folder, mask!))).voxels)).toEqual(phantom.mask);
  });
});
