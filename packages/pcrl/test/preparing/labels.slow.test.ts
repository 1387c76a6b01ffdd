import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type Case, openDataset, readMask } from '../../src/datasets/index.js';
import { PAPER_SHARES, splitByPatient } from '../../src/datasets/split.js';
import { tellTask } from '../../src/datasets/tell-task.js';
import { readImageHeader, writeNifti, writePng } from '../../src/images/index.js';
import { surveySources, verify } from '../../src/preparing/index.js';
import { temporaryFolder } from '../images/folders.js';
import { NATIVE, prepareRecorded } from './recording.js';

const root = temporaryFolder();
const quiet = { count: () => undefined, interrupted: () => false };
const SIZE = { width: 40, height: 20 };

/** A picture, or a mask with one label on the left and another on the right. */
async function draw(path: string, kind: 'picture' | 'mask'): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, at) => {
    const x = at % SIZE.width;
    return kind === 'picture' ? (at * 7) % 251 : x < 10 ? 1 : x < 30 ? 0 : 2;
  });
  await writePng(path, { ...SIZE, pixels });
}

const shrunkTo = (shortSide: number) => ({ preparing: { dimensions: 2, shortSide } }) as const;

/** Names without the folders and the endings, which a cache changes. */
const stem = (path: string) =>
  basename(path).replace(/(-[0-9a-f]{10})?(\.prepared\.json|\.png)$/, '');

it('keeps the masks of pictures, beside them in size, and the task with them', async () => {
  const source = join(root, 'masked');
  for (const name of ['a', 'b', 'c']) {
    await draw(join(source, 'images', `${name}.png`), 'picture');
    if (name !== 'c') await draw(join(source, 'masks', `${name}.png`), 'mask');
  }
  const [whole, small] = [join(root, 'masked-whole'), join(root, 'masked-small')];
  await prepareRecorded(source, whole, shrunkTo(430));
  await prepareRecorded(source, small, shrunkTo(10));
  expect([await tellTask([source]), await tellTask([small])]).toEqual(
    Array(2).fill('segmentation'),
  );
  const casesOf = async (path: string) =>
    (await openDataset([path], { use: 'segmentation' })).cases;
  const maskIn = async (item: Case) => readMask(item, await readImageHeader(item.image));
  const cases = await casesOf(source);
  expect(cases.map(({ image }) => stem(image))).toEqual(['a', 'b']);
  for (const [cache, step] of [
    [whole, 1],
    [small, 2],
  ] as const) {
    const prepared = await casesOf(cache);
    expect(prepared.map(({ image }) => stem(image))).toEqual(['a', 'b']);
    for (const [at, item] of prepared.entries()) {
      const [mask, wanted] = [await maskIn(item), await maskIn(cases[at]!)];
      expect(mask.size).toEqual([SIZE.width / step, SIZE.height / step]);
      const nearest = Array.from(mask.voxels, (_, i) => {
        const [x, y] = [i % mask.size[0]!, Math.floor(i / mask.size[0]!)];
        const [left, top] = [Math.floor((x + 0.5) * step), Math.floor((y + 0.5) * step)];
        return wanted.voxels[top * SIZE.width + left];
      });
      expect([...mask.voxels]).toEqual(nearest);
    }
  }
  expect((await openDataset([small])).cases).toHaveLength(3);
  expect(await verify(small, quiet)).toMatchObject({ damaged: [], changed: [] });
  utimesSync(join(source, 'masks', 'b.png'), new Date(), new Date(2e12));
  expect(await prepareRecorded(source, small, shrunkTo(10))).toMatchObject({ prepared: 1 });
});

it('keeps the classes and the splits that folders name', async () => {
  const source = join(root, 'classes');
  for (const split of ['train', 'val', 'test']) {
    for (const [at, name] of ['ill', 'well'].entries()) {
      for (const number of [1, 2]) {
        const path = join(source, split, name, `${split}-${at}-${number}.png`);
        await draw(path, 'picture');
      }
    }
  }
  const cache = join(root, 'classes-cache');
  await prepareRecorded(source, cache, shrunkTo(430));
  expect([await tellTask([source]), await tellTask([cache])]).toEqual(
    Array(2).fill('classification'),
  );
  const facts = async (path: string) => {
    const { cases, labelNames, exclusive } = await openDataset([path], { use: 'classification' });
    const items = cases.map(({ image, labels, split }) => ({ name: stem(image), labels, split }));
    return { labelNames, exclusive, items: items.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  };
  const wanted = await facts(source);
  expect(wanted).toMatchObject({ labelNames: ['ill', 'well'], exclusive: true });
  expect(wanted.items).toHaveLength(12);
  expect(await facts(cache)).toEqual(wanted);
  for (const path of [source, cache]) expect((await openDataset([path])).cases).toHaveLength(4);
  // Neither has patients' names: both are split by the names of the source.
  const drawn = async (path: string) => {
    const { cases } = await openDataset([path], { use: 'classification' });
    const split = splitByPatient(cases, PAPER_SHARES, 1);
    return split.map((item) => `${stem(item.image)} ${item.split}`).sort();
  };
  expect(await drawn(cache)).toEqual(await drawn(source));
});

it('takes folders of one image each for patients', async () => {
  const source = join(root, 'patients');
  for (const name of ['p1', 'p2', 'p3']) await draw(join(source, name, 'film.png'), 'picture');
  const { labelNames, cases } = await surveySources([source]);
  expect({ labelNames, labels: cases.map(({ labels }) => labels) }).toEqual({
    labelNames: [],
    labels: [undefined, undefined, undefined],
  });
});

it('keeps the masks of lungs and the boxes of findings where they belong', async () => {
  const source = join(root, 'nih');
  await draw(join(source, 'images', '00000001_000.png'), 'picture');
  const columns =
    'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position';
  writeFileSync(
    join(source, 'Data_Entry_2017.csv'),
    `${columns}\n00000001_000.png,Mass,0,1,058Y,M,PA\n`,
  );
  const boxes = 'Image Index,Finding Label,Bbox [x,y,w,h],,,\n00000001_000.png,Mass,8,4,20,10,,,\n';
  writeFileSync(join(source, 'BBox_List_2017.csv'), boxes);
  const cache = join(root, 'nih-cache');
  await prepareRecorded(source, cache, shrunkTo(10));
  const { cases } = await openDataset([cache], { use: 'classification' });
  expect(cases[0]?.boxes).toEqual([{ finding: 'Mass', x: 4, y: 2, width: 10, height: 5 }]);

  const table = join(root, 'lungs', 'table.csv');
  for (const [name, label] of ['a', 'b', 'c', 'd'].entries()) {
    await draw(join(root, 'lungs', `${label}.png`), 'picture');
    if (name > 0) await draw(join(root, 'lungs', `${label}-lungs.png`), 'mask');
  }
  writeFileSync(
    table,
    'image,ill,lung_mask\na.png,1,\nb.png,0,b-lungs.png\nc.png,1,c-lungs.png\nd.png,0,d-lungs.png\n',
  );
  const small = join(root, 'lungs-cache');
  await prepareRecorded(table, small, shrunkTo(10));
  const opened = await openDataset([small], { use: 'classification' });
  const lungs = opened.cases.map(({ lungMask }) =>
    lungMask === undefined ? undefined : readImageHeader(lungMask),
  );
  expect((await Promise.all(lungs)).map((header) => header?.size)).toEqual([
    undefined,
    ...Array(3).fill([20, 10]),
  ]);
  expect(readFileSync(join(small, 'problems.csv'), 'utf8').trim().split('\n')).toHaveLength(1);
});

it('brings a mask of another grid to that of its image where it is asked to', async () => {
  const source = join(root, 'coarse');
  for (const part of ['images', 'masks']) mkdirSync(join(source, part), { recursive: true });
  const fine = { size: [8, 6, 4], spacing: [1, 1, 1] };
  const voxels = Int16Array.from({ length: 192 }, (_, at) => (at * 37) % 101);
  await writeNifti(join(source, 'images', 'a.nii'), { ...fine, voxels });
  const coarse = { size: [4, 3, 2], spacing: [2, 2, 2], origin: [0.5, 0.5, 0.5] };
  const labels = Uint8Array.from({ length: 24 }, (_, at) => at % 3);
  await writeNifti(join(source, 'masks', 'a.nii'), { ...coarse, voxels: labels });
  const refused = await prepareRecorded(source, join(root, 'refused'));
  expect(refused.prepared).toBe(0);
  expect(readFileSync(refused.table, 'utf8')).toContain('the mask lies on another grid');
  const cache = join(root, 'brought');
  const preparing = { ...NATIVE, masks: 'resample' } as const;
  expect(await prepareRecorded(source, cache, { preparing })).toMatchObject({ prepared: 1 });
  const [item] = (await openDataset([cache], { use: 'segmentation' })).cases;
  const mask = await readMask(item!, await readImageHeader(item!.image));
  expect(mask.size).toEqual(fine.size);
  const nearest = Array.from({ length: 192 }, (_, at) => {
    const [x, y, z] = [Math.floor(at / 24), Math.floor(at / 4) % 6, at % 4];
    return labels[(x >> 1) * 6 + (y >> 1) * 2 + (z >> 1)];
  });
  expect([...mask.voxels]).toEqual(nearest);
  await expect(prepareRecorded(source, cache)).rejects.toThrow('--masks resample');
});
