import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DatasetOptions, openDataset } from '../../src/datasets/index.js';
import { recogniseLayout } from '../../src/datasets/layouts/recognise.js';
import { DatasetError } from '../../src/errors.js';
import { writeNifti } from '../../src/images/index.js';
import { temporaryFolder } from '../images/folders.js';

const root = temporaryFolder();
let made = 0;

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** A new folder; PNGs get a pixel, volumes 2 x 2 x 2 voxels, tables their lines, other files nothing. */
async function folderWith(
  names: readonly string[],
  tables: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> {
  const folder = join(root, `set${made++}`);
  const volume = { size: [2, 2, 2], spacing: [1, 1, 1], voxels: new Uint8Array(8) };
  for (const name of [...names, ...Object.keys(tables)]) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (tables[name]) writeFileSync(path, tables[name].join('\n'));
    else if (/\.nii(\.gz)?$/.test(name)) await writeNifti(path, volume);
    else writeFileSync(path, /\.(png|jpg)$/.test(name) ? PIXEL : '');
  }
  return folder;
}

async function refusal(path: string, options: DatasetOptions): Promise<string> {
  const error = await openDataset([path], options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

const layoutOf = async (folder: string) => (await recogniseLayout(folder))?.layout.name;

/** Case images below a folder. */
const imagesIn = (folder: string, cases: readonly { image: string }[]) =>
  cases.map(({ image }) => relative(folder, image));

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
    const folder = await folderWith(names.map(place), { 'Data_Entry_2017.csv': table });
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
    const folder = await folderWith(names, { 'Data_Entry_2017.csv': table });
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
    const odd = await folderWith(names, { 'Data_Entry_2017.csv': [header, row(1, 0, 'Hernja')] });
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
    const folder = await folderWith(files, tables);
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
    const folder = await folderWith(files, tables);
    const labels = ['Edema', 'Consolidation', 'Lung Opacity', 'Fracture'];
    const options = { use: 'classification', uncertain, labels } as const;
    const dataset = await openDataset([folder], options);
    expect(dataset.cases[0]!.labels).toEqual([edema, consolidation, 1, 0]);
  });

  it('refuses paths that lead elsewhere, and passes over another table of that name', async () => {
    const away = row('train', 1, 'Frontal').replace('train/', 'train/../../../');
    const bad = await folderWith(files, {
      ...tables,
      'CheXpert-v1.0-small/train.csv': [header, away],
    });
    expect(await refusal(bad, { use: 'classification' })).toMatch(
      /paths that lead outside the folder/,
    );
    const other = await folderWith(['train/a.png'], { 'train.csv': ['id,label', 'a,1'] });
    expect(await layoutOf(other)).toBeUndefined();
  });
});

describe('LUNA16', () => {
  it('takes splits from subsets, points from the tables, in whatever folder they lie', async () => {
    const scans = [0, 6, 7, 8, 9].map((n) => `subset${n}/1.2.${n}.mhd`);
    const folder = await folderWith(scans, {
      'CSVFILES/annotations.csv': [
        'seriesuid,coordX,coordY,coordZ,diameter_mm',
        '1.2.0,-10,20.5,-30,6.5',
      ],
      'CSVFILES/candidates_V2.csv': [
        'seriesuid,coordX,coordY,coordZ,class',
        '1.2.0,-10,20,-30,1',
        '1.2.0,1,2,3,0',
        '1.2.5,1,2,3,0',
      ],
    });
    const found = await openDataset([folder]);
    expect(imagesIn(folder, found.cases)).toEqual(scans.slice(0, 2));
    const { layout } = (await recogniseLayout(folder))!;
    const request = { folder, findings: undefined as never, options: undefined as never };
    const { cases, missing } = await layout.open({ ...request, use: 'detection' });
    expect(cases.map(({ split }) => split)).toEqual(['train', 'train', 'val', 'test', 'test']);
    // The tables are left-posterior-superior, as MetaImage is.
    expect(cases[0]!.points).toEqual([{ position: [10, -20.5, -30], label: 1, diameter: 6.5 }]);
    expect(cases[0]!.candidates!.map(({ label }) => label)).toEqual([1, 0]);
    expect(cases[1]!.points).toEqual([]);
    expect(missing!.map(({ path }) => path)).toEqual(['1.2.5']);
  });
});

describe('LiTS', () => {
  it.each([
    ['flat', (name: string) => `${name}.nii`],
    [
      'gzipped batches',
      (name: string) => `Training Batch ${/[01]$/.test(name) ? 1 : 2}/${name}.nii.gz`,
    ],
  ])('pairs volumes and segmentations, %s', async (_, place) => {
    const numbers = [0, 1, 2, 10, 28];
    const volumes = numbers.map((n) => place(`volume-${n}`));
    const masks = numbers.slice(0, 4).map((n) => place(`segmentation-${n}`));
    const folder = await folderWith([...volumes, ...masks, place('test-volume-3')]);
    const dataset = await openDataset([folder], { use: 'segmentation' });
    const pairs = dataset.cases.map(({ image, mask }) => [basename(image), basename(mask!)]);
    expect(pairs.map(([image, mask]) => image === mask!.replace('segmentation', 'volume'))).toEqual(
      Array(4).fill(true),
    );
    expect(dataset.cases.map(({ patient }) => patient)).toEqual(['0', '1', '2', '10']);
    expect(dataset.regions!.map(({ name }) => name)).toEqual(['liver', 'tumour']);
    expect(dataset.notes.join('\n')).toMatch(/volumes 28 claim voxels of 1 mm/);
    expect(dataset.notes.join('\n')).toMatch(
      /missing in this copy .*volume-28.*without its seg.*: 1/,
    );
    const unlabelled = await openDataset([folder]);
    expect(imagesIn(folder, unlabelled.cases)).toContain(place('test-volume-3'));
  });
});

describe('BraTS', () => {
  const files = (id: string, parts = ['t1', 't1ce', 't2', 'flair', 'seg']) =>
    parts.map((part) => `${id}_${part}.nii.gz`);
  const ids = ['Brats18_A_1', 'Brats18_B_1', 'Brats18_C_1', 'Brats18_D_1'];

  it.each([
    [
      'nested',
      (id: string, at: number) =>
        `MICCAI_BraTS_2018_Data_Training/${at % 2 ? 'HGG' : 'LGG'}/${id}/`,
    ],
    ['a folder a case', (id: string) => `${id}/`],
    ['flat', () => ''],
  ])('has four channels and nested regions, %s', async (_, place) => {
    const names = ids.flatMap((id, at) => files(id).map((name) => place(id, at) + name));
    const validation = files('Brats18_V_1', ['t1', 't1ce', 't2', 'flair']).map(
      (name) => place('Brats18_V_1', 1) + name,
    );
    const folder = await folderWith([...names, ...validation]);
    const dataset = await openDataset([folder], { use: 'segmentation' });
    expect(dataset.cases).toHaveLength(4);
    const [first] = dataset.cases;
    expect(dataset.channelNames).toEqual(['t1', 't2', 'flair', 't1ce']);
    expect(
      first!.channels!.map((path) => basename(path).replace(`${first!.patient}_`, '')),
    ).toEqual(['t1', 't2', 'flair', 't1ce'].map((part) => `${part}.nii.gz`));
    expect(dataset.regions).toEqual([
      { name: 'WT', values: [1, 2, 4] },
      { name: 'TC', values: [1, 4] },
      { name: 'ET', values: [4] },
    ]);
    const unlabelled = await openDataset([folder]);
    expect(unlabelled.cases.length % 4).toBe(0);
    expect(unlabelled.cases.every(({ channels, mask }) => !channels && !mask)).toBe(true);
  });

  it('is split by lists, and names incomplete cases', async () => {
    const names = [
      ...ids.flatMap((id) => files(id)),
      ...files('Brats18_E_1', ['t1', 't1ce', 'seg']),
    ];
    const folder = await folderWith(names, {
      'brats_train.txt': ['HGG/Brats18_A_1', 'HGG/Brats18_B_1'],
      'brats_valid.txt': ['LGG/Brats18_C_1'],
      'brats_test.txt': ['LGG/Brats18_D_1'],
    });
    const dataset = await openDataset([folder], { use: 'segmentation', split: 'lists' });
    expect(dataset.cases.map(({ split }) => split)).toEqual(['train', 'train', 'val', 'test']);
    expect(dataset.notes.join('\n')).toMatch(
      /missing in this copy \(Brats18_E_1: a case without t2, flair\)/,
    );
    const clash = await folderWith(
      ids.flatMap((id) => files(id)),
      {
        'train.txt': ids,
        'test.txt': [ids[0]!],
      },
    );
    expect(await refusal(clash, { use: 'segmentation', split: 'lists' })).toMatch(
      /cases in more than one list: Brats18_A_1/,
    );
  });

  it('does not claim other collections with the same modalities', async () => {
    const folder = await folderWith(files('patient7'));
    expect(await layoutOf(folder)).toBeUndefined();
    expect((await openDataset([folder])).cases).toHaveLength(5);
  });
});

describe('BIDS', () => {
  const names = [
    'sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz',
    'sub-01/ses-1/anat/sub-01_ses-1_FLAIR.nii.gz',
    'sub-01/ses-1/func/sub-01_ses-1_task-rest_bold.nii.gz',
    'sub-02/anat/sub-02_T1w.nii.gz',
    'sub-03/anat/sub-03_T1w.nii.gz',
    'derivatives/lesions/sub-01/ses-1/anat/sub-01_ses-1_space-FLAIR_mask.nii.gz',
    'derivatives/lesions/sub-02/anat/sub-02_dseg.nii.gz',
    'derivatives/other/sub-02/anat/sub-02_desc-smooth_T1w.nii.gz',
  ];
  const people = [
    'participant_id\tage\tsick\tseen\tsplit',
    'sub-01\t50\t1\t1\ttrain',
    'sub-02\t51\t0\tn/a\ttrain',
    'sub-03\tn/a\t1\t0\ttest',
  ];

  it('takes images from the raw tree and masks from derivatives', async () => {
    const folder = await folderWith(names, { 'participants.tsv': people });
    expect(await layoutOf(folder)).toBe('bids');
    const all = await openDataset([folder]);
    expect(imagesIn(folder, all.cases)).toEqual([names[1], names[0], names[3]]);
    expect(all.notes.join('\n')).toMatch(/series of volumes .*left out: 1/);
    const { cases } = await openDataset([folder], { use: 'segmentation' });
    expect(cases.map(({ image, mask }) => [basename(image), basename(mask!)])).toEqual([
      ['sub-01_ses-1_FLAIR.nii.gz', 'sub-01_ses-1_space-FLAIR_mask.nii.gz'],
      ['sub-02_T1w.nii.gz', 'sub-02_dseg.nii.gz'],
    ]);
  });

  it('takes labels from participants.tsv, n/a for unknown', async () => {
    const folder = await folderWith(names, { 'participants.tsv': people });
    const { cases, labelNames } = await openDataset([folder], { use: 'classification' });
    expect(labelNames).toEqual(['sick', 'seen']);
    const of = (patient: string) => cases.find((item) => item.patient === patient)!;
    expect(of('sub-02')).toMatchObject({ split: 'train', labels: [0, Number.NaN] });
    expect(of('sub-03')).toMatchObject({ split: 'test', labels: [1, 0] });
  });

  it('needs no description where subjects hold anat or sessions', async () => {
    expect(await layoutOf(await folderWith(names.slice(0, 1)))).toBe('bids');
    expect(await layoutOf(await folderWith(['sub-x/a.nii.gz']))).toBeUndefined();
  });
});

describe('folders', () => {
  it('are opened through the table in them, masks beside images left out', async () => {
    const files = ['images/a.png', 'images/b.png', 'labels/a.png'];
    const plain = await folderWith(files);
    const dataset = await openDataset([plain]);
    expect(imagesIn(plain, dataset.cases)).toEqual(files.slice(0, 2));
    expect(dataset.notes.join('\n')).toMatch(/left out masks beside the folder of images: 1/);
    const tabled = await folderWith(files, {
      'set.csv': ['image,split', 'images/a.png,train', 'images/b.png,test'],
    });
    const opened = await openDataset([tabled]);
    expect(imagesIn(tabled, opened.cases)).toEqual(['images/a.png']);
    expect(opened.notes[0]).toBe(`${tabled}: opened through set.csv`);
  });

  it('work with links, spaces and letters of any alphabet', async () => {
    const store = await folderWith(['Bilder groß/Aufnahme 1 – Łódź.png', '日本/二.png']);
    const folder = await folderWith([], {
      'bilder.csv': ['image', 'Archiv/Aufnahme 1 – Łódź.png', 'asia/二.png'],
    });
    symlinkSync(join(store, 'Bilder groß'), join(folder, 'Archiv'));
    symlinkSync(join(store, '日本'), join(folder, 'asia'));
    symlinkSync(folder, join(folder, 'circle'));
    symlinkSync(dirname(folder), join(folder, 'up'));
    const named = await openDataset([join(folder, 'bilder.csv')]);
    expect(named.problems).toEqual([]);
    expect(imagesIn(folder, named.cases)).toEqual(['Archiv/Aufnahme 1 – Łódź.png', 'asia/二.png']);
    const linked = await folderWith([]);
    mkdirSync(linked, { recursive: true });
    symlinkSync(store, join(linked, 'all'));
    symlinkSync(join(store, '日本'), join(linked, 'part'));
    symlinkSync(linked, join(linked, 'circle'));
    const listed = await openDataset([linked]);
    expect(imagesIn(linked, listed.cases)).toHaveLength(2);
  });

  it('refuse paths in a table that lead outside', async () => {
    const folder = await folderWith(['in/a.png', 'secret.png'], {
      'in/set.csv': ['image,up', 'a.png,1', '../secret.png,0', `${join(root, 'x.png')},0`],
    });
    const message = await refusal(join(folder, 'in/set.csv'), { use: 'classification' });
    expect(message).toMatch(/outside the folder of the CSV: .*\.\.\/secret\.png.*x\.png/);
  });
});

describe('a split file', () => {
  const table = [
    'image,patient_id,up',
    ...Array.from({ length: 20 }, (_, at) => `i${at}.png,p${at % 10},${at % 2}`),
  ];
  const names = table.slice(1).map((line) => line.split(',')[0]!);

  it('is made when it is not there, and read back to the same split', async () => {
    const path = join(await folderWith(names, { 'set.csv': table }), 'set.csv');
    const splitFile = join(dirname(path), 'split.csv');
    const options = { use: 'classification', splitFile, splitSeed: 3 } as const;
    const first = await openDataset([path], options);
    const again = await openDataset([path], { ...options, splitSeed: 4 });
    expect(again.cases).toEqual(first.cases);
    expect(new Set(first.cases.map(({ split }) => split))).toEqual(
      new Set(['train', 'val', 'test']),
    );
    expect((await openDataset([path], { splitFile })).cases).toHaveLength(14);
  });

  it('names images where there are no patients, and is refused when it fits nothing', async () => {
    const folder = await folderWith(names);
    const splitFile = join(folder, 'parts', 'split.csv');
    mkdirSync(dirname(splitFile));
    const { cases } = await openDataset([folder], { splitFile });
    expect((await openDataset([folder], { splitFile })).cases).toEqual(cases);
    const wrong = async (lines: readonly string[]) => {
      writeFileSync(splitFile, lines.join('\n'));
      return refusal(folder, { splitFile });
    };
    expect(await wrong(['image,split', 'x.png,train'])).toMatch(/names none of the 20 cases/);
    expect(await wrong(['image,split', '../i1.png,training'])).toMatch(/line 2: split "training"/);
    expect(await wrong(['image,split', '../i1.png,train', '../i1.png,test'])).toMatch(
      /line 3: .* in two splits/,
    );
    expect(await wrong(['image,part', 'i1.png,train'])).toMatch(/its columns are image, part/);
  });
});
