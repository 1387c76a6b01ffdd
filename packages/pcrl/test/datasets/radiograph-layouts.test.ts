import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { temporaryFolder } from '../images/folders.js';
import { folderWith, layoutOf, refusal } from './folder-with.js';

const root = temporaryFolder();

describe('NIH ChestX-ray14', () => {
  const header =
    'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,' +
    'OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],';
  const row = (patient: number, visit: number, labels: string) =>
    `${name(patient, visit)},${labels},${visit},${patient},411,M,PA,2682,2749,0.143,0.143,`;
  const name = (patient: number, visit: number) =>
    `${String(patient).padStart(8, '0')}_${String(visit).padStart(3, '0')}.png`;
  const patients = Array.from({ length: 20 }, (_, at) => at + 1);
  const table = [
    header,
    ...patients.flatMap((patient) => [
      row(patient, 0, patient % 2 ? 'Hernia|Pleural_Thickening' : 'No Finding'),
      row(patient, 1, 'Effusion'),
    ]),
  ];
  const names = patients.flatMap((patient) => [name(patient, 0), name(patient, 1)]);

  it.each([
    ['archives', (file: string, at: number) => `images_00${1 + (at % 9)}/images/${file}`],
    ['one folder', (file: string) => `images/${file}`],
    ['no folder', (file: string) => file],
  ])('is read from %s', async (_, place) => {
    const folder = await folderWith(root, names.map(place), { 'Data_Entry_2017.csv': table });
    const dataset = await openDataset([folder], { use: 'classification' });
    expect(dataset.cases).toHaveLength(40);
    expect(dataset.labelNames).toHaveLength(14);
    const first = dataset.cases.find(({ image }) => image.endsWith(name(1, 0)))!;
    expect(first.patient).toBe('1');
    expect(dataset.labelNames.filter((_, at) => first.labels![at] === 1)).toEqual([
      'Pleural_Thickening',
      'Hernia',
    ]);
    const splits = new Map(dataset.cases.map(({ patient, split }) => [patient, split]));
    expect([...splits.values()].filter((split) => split === 'train')).toHaveLength(14);
    for (const { patient, split } of dataset.cases) expect(splits.get(patient)).toBe(split);
    expect(dataset.notes[0]).toBe(`${folder}: recognised as NIH ChestX-ray14`);
    const unlabelled = await openDataset([folder]);
    expect(unlabelled.cases).toHaveLength(28);
  });

  it('is read from the table of 2020, a partial copy, and by the lists in the folder', async () => {
    const newer = table.map((line) => line.replace('Gender', 'Sex').replace(/,$/, ''));
    const lists = {
      'train_val_list.txt': patients.slice(0, 16).map((patient) => name(patient, 0)),
      'test_list.txt': patients.slice(16).map((patient) => name(patient, 0)),
    };
    const folder = await folderWith(
      root,
      [...names.slice(1), 'other.png'].map((file) => `images-224/${file}`),
      { 'Data_Entry_2017_v2020.csv': newer, ...lists },
    );
    const dataset = await openDataset([folder], { use: 'classification', split: 'lists' });
    const count = (split: string) => dataset.cases.filter((item) => item.split === split).length;
    expect([count('train'), count('val'), count('test')]).toEqual([13, 2, 4]);
    expect(dataset.notes.join('\n')).toMatch(/images without a row in .*, left out: 1/);
    expect(dataset.notes.join('\n')).toMatch(/missing in this copy \(00000001_000\.png.*\): 1/);
    expect(dataset.notes.join('\n')).toMatch(/cases in no list, left out: 20/);
  });

  it('is learnt in part, and refuses labels it does not have', async () => {
    const folder = await folderWith(root, names, { 'Data_Entry_2017.csv': table });
    const labels = ['Effusion', 'Hernia'];
    const dataset = await openDataset([folder], { use: 'classification', labels });
    expect(dataset.labelNames).toEqual(labels);
    expect(dataset.cases[0]!.labels).toEqual([0, 1]);
    const unknown = { use: 'classification', labels: ['Efusion'] } as const;
    expect(await refusal(folder, unknown)).toMatch(
      /no such class: Efusion \(did you mean Effusion\?\)/,
    );
    expect(await refusal(folder, { use: 'segmentation' })).toMatch(/nothing for segmentation/);
    expect(await refusal(folder, { split: 'lists' })).toMatch(
      /no lists of training and test cases/,
    );
    const odd = await folderWith(root, names, {
      'Data_Entry_2017.csv': [header, row(1, 0, 'Hernja')],
    });
    expect(await refusal(odd, { use: 'classification' })).toMatch(/"Hernja" is none of the 14/);
  });
});

describe('CheXpert', () => {
  const header =
    'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,' +
    'Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,' +
    'Pleural Effusion,Pleural Other,Fracture,Support Devices';
  const image = (patient: number, view: string) => `patient0000${patient}/study1/view1_${view}.jpg`;
  const row = (part: string, patient: number, view: 'Frontal' | 'Lateral') =>
    `CheXpert-v1.0-small/${part}/${image(patient, view.toLowerCase())},Unknown,68,${view},,` +
    ',,,1.0,,-1.0,-1.0,0.0,,,,,,1.0';
  const patients = [1, 2, 3, 4, 5, 6];
  const tables = {
    'CheXpert-v1.0-small/train.csv': [
      header,
      ...patients.flatMap((n) => [row('train', n, 'Frontal'), row('train', n, 'Lateral')]),
    ],
    'CheXpert-v1.0-small/valid.csv': [header, row('valid', 7, 'Frontal')],
  };
  const files = [
    ...patients.flatMap((n) => [`train/${image(n, 'frontal')}`, `train/${image(n, 'lateral')}`]),
    `valid/${image(7, 'frontal')}`,
  ].map((path) => `CheXpert-v1.0-small/${path}`);

  it('pre-trains on every row of train.csv, and learns labels with valid.csv as the test', async () => {
    const folder = await folderWith(root, files, tables);
    expect((await openDataset([folder])).cases).toHaveLength(12);
    expect((await openDataset([folder], { frontalOnly: true })).cases).toHaveLength(6);
    const inner = join(folder, 'CheXpert-v1.0-small');
    const { cases, labelNames } = await openDataset([inner], { use: 'classification' });
    const count = (split: string) => cases.filter((item) => item.split === split).length;
    expect([count('train'), count('val'), count('test')]).toEqual([10, 2, 1]);
    expect(labelNames).toHaveLength(14);
    expect(cases.at(-1)!.patient).toBe('patient00007');
  });

  it.each([
    ['by-class', 1, 0],
    ['zeros', 0, 0],
    ['ones', 1, 1],
    ['ignore', Number.NaN, Number.NaN],
  ] as const)('takes uncertain labels %s', async (uncertain, edema, consolidation) => {
    const folder = await folderWith(root, files, tables);
    const labels = ['Edema', 'Consolidation', 'Lung Opacity', 'Fracture'];
    const options = { use: 'classification', uncertain, labels } as const;
    const dataset = await openDataset([folder], options);
    expect(dataset.cases[0]!.labels).toEqual([edema, consolidation, 1, 0]);
  });

  it('refuses paths that lead elsewhere, and passes over another table of that name', async () => {
    const away = row('train', 1, 'Frontal').replace('train/', 'train/../../../');
    const bad = await folderWith(root, files, {
      ...tables,
      'CheXpert-v1.0-small/train.csv': [header, away],
    });
    expect(await refusal(bad, { use: 'classification' })).toMatch(
      /paths that lead outside the folder/,
    );
    const other = await folderWith(root, ['train/a.png'], { 'train.csv': ['id,label', 'a,1'] });
    expect(await layoutOf(other)).toBeUndefined();
  });
});
