import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { recogniseLayout } from '../../src/datasets/layouts/recognise.js';
import { temporaryFolder } from '../images/folders.js';
import { folderWith, imagesIn, layoutOf, refusal } from './folder-with.js';

const root = temporaryFolder();

describe('LUNA16', () => {
  it('takes splits from subsets, points from the tables, in whatever folder they lie', async () => {
    const scans = [0, 6, 7, 8, 9].map((n) => `subset${n}/1.2.${n}.mhd`);
    const folder = await folderWith(root, scans, {
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
    const folder = await folderWith(root, [...volumes, ...masks, place('test-volume-3')]);
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
    const folder = await folderWith(root, [...names, ...validation]);
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
    const folder = await folderWith(root, names, {
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
      root,
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
    const folder = await folderWith(root, files('patient7'));
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
    const folder = await folderWith(root, names, { 'participants.tsv': people });
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
    const folder = await folderWith(root, names, { 'participants.tsv': people });
    const { cases, labelNames } = await openDataset([folder], { use: 'classification' });
    expect(labelNames).toEqual(['sick', 'seen']);
    const of = (patient: string) => cases.find((item) => item.patient === patient)!;
    expect(of('sub-02')).toMatchObject({ split: 'train', labels: [0, Number.NaN] });
    expect(of('sub-03')).toMatchObject({ split: 'test', labels: [1, 0] });
  });

  it('needs no description where subjects hold anat or sessions', async () => {
    expect(await layoutOf(await folderWith(root, names.slice(0, 1)))).toBe('bids');
    expect(await layoutOf(await folderWith(root, ['sub-x/a.nii.gz']))).toBeUndefined();
  });
});
