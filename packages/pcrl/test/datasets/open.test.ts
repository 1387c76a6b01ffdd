import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DatasetOptions, openDataset } from '../../src/datasets/index.js';
import { DatasetError } from '../../src/errors.js';
import { writeNifti } from '../../src/images/index.js';
import { temporaryFolder } from '../images/folders.js';

const root = temporaryFolder();
let made = 0;

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** A folder with a CSV and these images: one grey pixel, or a volume of `size` cubed. */
async function csvWith(lines: string[], images: string[], size = 2): Promise<string> {
  const path = join(folderWith({ 'set.csv': lines.join('\n') }), 'set.csv');
  for (const name of images) {
    const image = join(dirname(path), name);
    mkdirSync(dirname(image), { recursive: true });
    const volume = { size: [size, size, size], spacing: [1, 1, 1] };
    if (name.endsWith('.png')) writeFileSync(image, PIXEL);
    else await writeNifti(image, { ...volume, voxels: new Uint8Array(size ** 3) });
  }
  return path;
}

/** A new folder with these files; a file's content is its text. */
function folderWith(files: Record<string, string>): string {
  const folder = join(root, `set${made++}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

async function refusal(path: string, options: DatasetOptions): Promise<string> {
  const error = await openDataset([path], options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

const pngs = ['a.png', 'b.png', 'c.png', 'd.png'];

describe('a folder', () => {
  it('is searched to its depth, sorted, without hidden and other files', async () => {
    const folder = folderWith({
      'z/b.PNG': '',
      'z/a.jpg': '',
      'a.jpeg': '',
      '.hidden/c.png': '',
      'z/.d.png': '',
      'notes.txt': '',
      'z/more.md': '',
    });
    symlinkSync(join(folder, 'a.jpeg'), join(folder, 'link.png'));
    symlinkSync(folder, join(folder, 'circle'));
    const dataset = await openDataset([folder]);
    const names = dataset.cases.map(({ image }) => image.slice(folder.length + 1));
    expect(names).toEqual(['a.jpeg', 'link.png', 'z/a.jpg', 'z/b.PNG']);
    expect(dataset.dimensions).toBe(2);
    expect(dataset.notes.join()).toMatch(/left out files of other kinds: .*1 \.txt/);
  });

  it('with pictures and volumes needs --dims', async () => {
    const folder = folderWith({
      'a.png': '',
      'b.nii.gz': '',
      'c.mha': '',
      'd.mhd': '',
      'd.raw': '',
    });
    expect(await refusal(folder, {})).toMatch(/pictures \(2D\): 1, volumes \(3D\): 3[\s\S]*--dims/);
    const dataset = await openDataset([folder], { dimensions: 3 });
    expect(dataset.cases).toHaveLength(3);
    expect(dataset.notes).toEqual(['images that are not 3D, left out: 1']);
  });

  it('of the other kind alone is refused with the --dims that takes it', async () => {
    const volumes = folderWith({ 'a.nii.gz': '', 'b.mha': '' });
    expect(await refusal(volumes, { dimensions: 2 })).toMatch(
      /: no pictures \(2D\); volumes \(3D\), left out: 2\n.*--dims 3/,
    );
    const pictures = folderWith({ 'a.png': '' });
    for (const use of ['unlabelled', 'segmentation'] as const) {
      expect(await refusal(pictures, { dimensions: 3, use })).toMatch(
        /: no volumes \(3D\); pictures \(2D\), left out: 1\n.*--dims 2/,
      );
    }
  });

  it('named in a table without rows is refused', async () => {
    for (const text of ['image,label\n', '']) {
      const table = join(folderWith({ 'set.csv': text }), 'set.csv');
      expect(await refusal(table, { dimensions: 2 })).toMatch(/the file (has no rows|is empty)/);
    }
  });

  it('without images is refused with what is read', async () => {
    const folder = folderWith({ 'a.docx': '' });
    expect(await refusal(folder, {})).toMatch(/no image to use[\s\S]*\.png .*\.nii\.gz/);
    expect(await refusal(join(folder, 'missing'), {})).toMatch(/no such file or folder/);
    expect(await refusal(join(folder, 'a.docx'), {})).toMatch(/neither a folder, a \.csv/);
  });
});

describe('unlabelled data', () => {
  it('comes from several sources, each image once', async () => {
    const folder = folderWith({
      'a.png': '',
      'b.png': '',
      'list.txt': '# a list\nb.png\n\ngone.png\n',
    });
    const sources = [join(folder, 'a.png'), folder, join(folder, 'list.txt')];
    const dataset = await openDataset(sources);
    expect(dataset.cases.map(({ image }) => image)).toEqual([
      join(folder, 'a.png'),
      join(folder, 'b.png'),
    ]);
    expect(dataset.problems).toEqual([{ path: 'gone.png', reason: 'missing images' }]);
    expect(dataset.notes).toContain('images named more than once, used once: 2');
  });

  it('leaves out the val and test rows of a CSV and returns its problems', async () => {
    const path = await csvWith(
      ['image,split', 'a.png,train', 'b.png,test', 'c.png,pretrain', 'd.png,VAL', '../x.png,train'],
      pngs,
    );
    const dataset = await openDataset([path]);
    expect(dataset.cases.map((item) => item.image.slice(-5))).toEqual(['a.png', 'c.png']);
    expect(dataset.notes).toEqual(['images of the val and test splits, left out: 2']);
    expect(dataset.problems).toEqual([
      { path: 'set.csv line 6 (../x.png)', reason: 'missing images' },
    ]);
  });
});

describe('labels in a CSV', () => {
  const header = 'image,patient_id,split,order,age,sex,up,down,remark';

  it('are the columns of 0 and 1 that describe no case', async () => {
    const path = await csvWith(
      [
        header,
        'a.png,1,train,0.5,1,F,1,0.0,x',
        'b.png,2,train,0.25,1,M,0,1,y',
        'c.png,3,test,2,1,M,1,1,',
      ],
      pngs,
    );
    const dataset = await openDataset([path], { use: 'classification' });
    expect(dataset.labelNames).toEqual(['up', 'down']);
    expect(dataset.cases[0]).toEqual({
      image: join(dirname(path), 'a.png'),
      patient: '1',
      split: 'train',
      order: 0.5,
      labels: [1, 0],
    });
    expect(dataset.notes).toEqual([
      'labels: up, down',
      'cases: train 2 (patients: 2), test 1 (patients: 1)',
    ]);
    const chosen = await openDataset([path], { use: 'classification', labels: ['down'] });
    expect(chosen.cases.map((item) => item.labels)).toEqual([[0], [1], [1]]);
  });

  it('are refused with everything that is wrong, at once', async () => {
    const path = await csvWith(
      [
        header,
        'a.png,1,train,1,50,F,1,1,',
        'b.png,1,test,1,50,F,1,0,',
        'c.png,2,train,x,50,F,2,1,',
        'd.png,3,other,1,50,F,1,1,',
        'gone.png,4,train,1,50,F,1,1,',
        'lost.nii,5,train,1,50,F,1,1,',
        'a.png,6,val,1,50,F,1,1,',
      ],
      pngs,
    );
    const message = await refusal(path, { use: 'classification', dimensions: 2 });
    for (const part of [
      'missing images: set.csv line 6 (gone.png)',
      '3D images, not 2D: set.csv line 7 (lost.nii)',
      'label values other than 0 and 1: set.csv line 4 (c.png) up = "2"',
      'order "x" is no number: set.csv line 4 (c.png)',
      'split "other" is none of train, val, test, pretrain, unlabelled: set.csv line 5 (d.png)',
      `images listed more than once: ${join(dirname(path), 'a.png')}`,
      'patients in more than one split: 1 (train, test)',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('classes without');
  });

  it('show the first ten of many missing files and count the rest', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => `gone${at}.png,${at % 2}`);
    const path = await csvWith(['image,up', 'a.png,1', 'b.png,0', ...rows], pngs);
    expect(await refusal(path, { use: 'classification' })).toMatch(/\(gone9\.png\) and 15 more/);
  });

  it('asked for by a wrong name are answered with the nearest', async () => {
    const path = await csvWith(['image,Edema', 'a.png,1', 'b.png,0'], pngs);
    const message = await refusal(path, { use: 'classification', labels: ['Edma', 'Unheard'] });
    expect(message).toContain('Edma (did you mean Edema?), Unheard');
  });

  it('need a class with positives and a training part', async () => {
    const none = await csvWith(
      ['image,split,up', 'a.png,train,0', 'b.png,test,1', 'c.png,val,1'],
      pngs,
    );
    expect(await refusal(none, { use: 'classification' })).toMatch(
      /without a positive case .*: up\n.*into the training part\.$/,
    );
    const one = await csvWith(
      [
        'image,split,up,down,no finding',
        'a.png,train,0,1,0',
        'b.png,train,0,0,1',
        'c.png,val,1,1,0',
      ],
      pngs,
    );
    expect(await refusal(one, { use: 'classification' })).toContain(
      `learn the others: --set 'labelNames=[down, "no finding"]'.`,
    );
    const untrained = await csvWith(['image,split,up', 'a.png,test,0', 'b.png,test,1'], pngs);
    expect(await refusal(untrained, { use: 'classification' })).toContain('no case has the split');
  });

  it('come from a CSV with an image column, not from a folder', async () => {
    const path = await csvWith(['picture,up', 'a.png,1'], pngs);
    expect(await refusal(path, {})).toMatch(/no column "image"; its columns are picture, up/);
    expect(await refusal(dirname(path), { use: 'classification' })).toMatch(/this is a folder/);
    const bare = await csvWith(['image,age', 'a.png,1'], pngs);
    expect(await refusal(bare, { use: 'classification' })).toMatch(
      /no column with labels of 0 and 1/,
    );
  });
});

describe('masks in a CSV', () => {
  const volumes = ['a.nii', 'b.nii', 'c.nii', 'm/a.nii'];

  it('become absolute paths; rows for pre-training are left out', async () => {
    const path = await csvWith(
      ['image,label,split', 'a.nii,m/a.nii,train', 'b.nii,,pretrain'],
      volumes,
    );
    const dataset = await openDataset([path], { use: 'segmentation' });
    expect(dataset.cases).toEqual([
      { image: join(dirname(path), 'a.nii'), split: 'train', mask: join(dirname(path), 'm/a.nii') },
    ]);
    expect(dataset.notes[0]).toBe('rows without labels, left out: 1');
  });

  it('are refused when missing or of another kind', async () => {
    const path = await csvWith(
      ['image,label', 'a.nii,m/b.nii', 'b.nii,m/a.nii', 'c.nii,', 'm/a.nii,a.mgz'],
      volumes,
    );
    const message = await refusal(path, { use: 'segmentation' });
    expect(message).toMatch(/missing masks: .*m\/b\.nii/);
    expect(message).toContain('rows without a mask in the column "label": set.csv line 4 (c.nii)');
    expect(message).toContain('masks of a kind that is not read: set.csv line 5 (m/a.nii)');
    const bare = await csvWith(['image', 'a.nii'], volumes);
    expect(await refusal(bare, { use: 'segmentation' })).toMatch(/no column "label"/);
  });

  it('are refused when they do not fit their image or hold something else', async () => {
    const lines = ['image,label', 'a.nii,m/a.nii', 'b.nii,m/b.nii', 'c.nii,m/c.nii'];
    const path = await csvWith(lines, [...volumes, 'm/b.nii', 'm/c.nii']);
    const folder = dirname(path);
    const larger = { size: [2, 2, 3], spacing: [1, 1, 1], voxels: new Uint8Array(12) };
    await writeNifti(join(folder, 'm/a.nii'), larger);
    writeFileSync(join(folder, 'm/b.nii'), '');
    writeFileSync(join(folder, 'c.nii'), 'no volume at all');
    const message = await refusal(path, { use: 'segmentation' });
    expect(message).toMatch(
      /masks on another grid than their image.*\n.*m\/a\.nii:\n +mask {2}2 x 2 x 3 voxels of 1, 1, 1 mm.*\n +image 2 x 2 x 2 voxels/,
    );
    expect(message).toMatch(/the file is empty \(0 bytes\): .*m\/b\.nii/);
    expect(message).toMatch(/not a NIfTI file: .*c\.nii/);
  });
});
