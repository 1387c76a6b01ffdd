import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageHeader } from '../../../src/images/index.js';
import { type DrawnArchive, drawnArchive } from './drawn.js';

const TOP = 'CheXpert-v1.0-small';
const SIDE = 32;
let archive: DrawnArchive;
let train: Record<string, string>[];
let valid: Record<string, string>[];
beforeAll(async () => {
  archive = await drawnArchive('chexpert', { cases: 8, side: SIDE });
  train = await archive.table(`${TOP}/train.csv`);
  valid = await archive.table(`${TOP}/valid.csv`);
});
afterAll(() => archive.remove());

describe('CheXpert in miniature', () => {
  it('has a picture a row, by patient, study and view', async () => {
    const pictures = (await archive.files()).filter((file) => file.endsWith('.jpg'));
    expect([...train, ...valid].map((row) => row.Path).sort()).toEqual(pictures);
    for (const path of pictures) {
      expect(path).toMatch(
        /^CheXpert-v1\.0-small\/(train|valid)\/patient\d{5}\/study\d\/view\d_(frontal|lateral)\.jpg$/,
      );
    }
    expect(pictures.some((path) => path.endsWith('lateral.jpg'))).toBe(true);
  });

  it('has the columns of the archive', () => {
    expect(Object.keys(train[0]!).join(',')).toBe(
      'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices',
    );
  });

  it('has uncertain and blank labels in training only', () => {
    const values = (rows: Record<string, string>[]) =>
      new Set(rows.flatMap((row) => Object.values(row).slice(5)));
    expect(values(train)).toEqual(new Set(['1.0', '0.0', '-1.0', '']));
    expect(values(valid)).toEqual(new Set(['1.0', '0.0']));
  });

  it('says of each view what it is', () => {
    for (const row of [...train, ...valid]) {
      const lateral = row.Path!.includes('lateral');
      expect(row['Frontal/Lateral']).toBe(lateral ? 'Lateral' : 'Frontal');
      expect(lateral ? [''] : ['AP', 'PA']).toContain(row['AP/PA']);
    }
  });

  it('has pictures whose short side is the one asked for', async () => {
    for (const { Path: path } of [...train.slice(0, 4), ...valid.slice(0, 1)]) {
      const { size, channels } = await readImageHeader(archive.path(path!));
      expect(channels).toBe(1);
      expect(Math.min(...size)).toBe(SIDE);
    }
  });
});
