import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { temporaryFolder } from '../images/folders.js';
import { folderWith, imagesIn, refusal } from './folder-with.js';

const root = temporaryFolder();

describe('folders', () => {
  it('are opened through the table in them, masks beside images left out', async () => {
    const files = ['images/a.png', 'images/b.png', 'labels/a.png'];
    const plain = await folderWith(root, files);
    const dataset = await openDataset([plain]);
    expect(imagesIn(plain, dataset.cases)).toEqual(files.slice(0, 2));
    expect(dataset.notes.join('\n')).toMatch(
      /masks beside the folder of images, not taken for images: 1/,
    );
    const tabled = await folderWith(root, files, {
      'set.csv': ['image,split', 'images/a.png,train', 'images/b.png,test'],
    });
    const opened = await openDataset([tabled]);
    expect(imagesIn(tabled, opened.cases)).toEqual(['images/a.png']);
    expect(opened.notes[0]).toBe(`${tabled}: opened through set.csv`);
  });

  it('work with links, spaces and letters of any alphabet', async () => {
    const store = await folderWith(root, ['Bilder groß/Aufnahme 1 – Łódź.png', '日本/二.png']);
    const folder = await folderWith(root, [], {
      'bilder.csv': ['image', 'Archiv/Aufnahme 1 – Łódź.png', 'asia/二.png'],
    });
    symlinkSync(join(store, 'Bilder groß'), join(folder, 'Archiv'));
    symlinkSync(join(store, '日本'), join(folder, 'asia'));
    symlinkSync(folder, join(folder, 'circle'));
    symlinkSync(dirname(folder), join(folder, 'up'));
    const named = await openDataset([join(folder, 'bilder.csv')]);
    expect(named.problems).toEqual([]);
    expect(imagesIn(folder, named.cases)).toEqual(['Archiv/Aufnahme 1 – Łódź.png', 'asia/二.png']);
    const linked = await folderWith(root, []);
    mkdirSync(linked, { recursive: true });
    symlinkSync(store, join(linked, 'all'));
    symlinkSync(join(store, '日本'), join(linked, 'part'));
    symlinkSync(linked, join(linked, 'circle'));
    const listed = await openDataset([linked]);
    expect(imagesIn(linked, listed.cases)).toHaveLength(2);
  });

  it('pass over what pcrl wrote among the images', async () => {
    const made = ['cache/cache.json', 'cache/cases/00/a.prepared.json', 'run/config.json'];
    const more = ['run/log.txt', 'run/pictures/view.png', 'report/inspection.json'];
    const last = ['report/problems.csv', 'report/contact-sheet.png', 'config.json', 'log.txt'];
    const folder = await folderWith(root, ['a.png', ...made, ...more, ...last]);
    const { cases, notes } = await openDataset([folder]);
    expect(imagesIn(folder, cases)).toEqual(['a.png']);
    for (const name of ['cache', 'run', 'report']) {
      expect(notes.join('\n')).toContain(`as pcrl wrote it: ${join(folder, name)}`);
    }
  });

  it('name a link that leads nowhere', async () => {
    const folder = await folderWith(root, ['a.png']);
    symlinkSync(join(folder, 'gone.png'), join(folder, 'b.png'));
    const { cases, problems } = await openDataset([folder]);
    expect(cases).toHaveLength(1);
    expect(problems.map(({ path }) => path)).toEqual([join(folder, 'b.png')]);
  });

  it('take absolute paths in a table, and paths beside it', async () => {
    const far = await folderWith(root, ['x.nii', 'y.nii']);
    const [x, y] = [join(far, 'x.nii'), join(far, 'y.nii')];
    const folder = await folderWith(root, ['b.nii'], {
      'in/set.csv': ['image,label', `../b.nii,${y}`, `${x},../b.nii`],
    });
    const beside = join(folder, 'b.nii');
    const table = join(folder, 'in/set.csv');
    const { cases } = await openDataset([table], { use: 'segmentation' });
    expect(cases).toEqual([
      { image: beside, mask: y },
      { image: x, mask: beside },
    ]);
    expect((await openDataset([table])).cases).toHaveLength(2);
  });

  it('refuse a row of a table without a path', async () => {
    const folder = await folderWith(root, ['a.png', 'b.png'], {
      'set.csv': ['image,up', 'a.png,1', ',1', 'b.png,0'],
    });
    const message = await refusal(join(folder, 'set.csv'), { use: 'classification' });
    expect(message).toContain('rows without a path in the column "image": set.csv line 3 ()');
  });
});

describe('a split file', () => {
  const table = [
    'image,patient_id,up',
    ...Array.from({ length: 20 }, (_, at) => `i${at}.png,p${at % 10},${at % 2}`),
  ];
  const names = table.slice(1).map((line) => line.split(',')[0]!);

  it('is made when it is not there, and read back to the same split', async () => {
    const path = join(await folderWith(root, names, { 'set.csv': table }), 'set.csv');
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
    const folder = await folderWith(root, names);
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
