import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { surveyDataset } from '../../src/datasets/survey.js';
import { temporaryFolder } from '../images/folders.js';
import { folderWith, refusal } from './folder-with.js';

const root = temporaryFolder();
const files = ['images/a.nii', 'images/b.nii', 'labels/a.nii', 'labels/b.nii'];
const table = [
  'image,label,split',
  'images/a.nii,labels/a.nii,train',
  'images/b.nii,labels/b.nii,test',
];
const segmentation = { use: 'segmentation', dimensions: 3 } as const;

function withLabels(labels: unknown, tables: Record<string, readonly string[]> = {}) {
  return folderWith(root, files, { ...tables, 'dataset.json': [JSON.stringify({ labels })] });
}

describe('values in masks', () => {
  it('are named as the Decathlon names them, beside a CSV', async () => {
    const names = { 0: 'background', 1: 'anterior', 2: 'posterior' };
    const folder = await withLabels(names, { 'cases.csv': table });
    const { regions } = await openDataset([join(folder, 'cases.csv')], segmentation);
    expect(regions).toEqual([
      { name: 'anterior', values: [1] },
      { name: 'posterior', values: [2] },
    ]);
  });

  it('are named as nnU-Net names them, in a folder, regions too', async () => {
    const folder = await withLabels({ background: 0, 'whole tumour': [1, 2], core: 2 });
    const expected = [
      { name: 'whole tumour', values: [1, 2] },
      { name: 'core', values: [2] },
    ];
    expect((await openDataset([folder], segmentation)).regions).toEqual(expected);
    expect((await surveyDataset([folder])).regions).toEqual(expected);
  });

  it('have no names without such a file, or where it names none', async () => {
    const plain = await folderWith(root, files);
    expect((await openDataset([plain], segmentation)).regions).toBeUndefined();
    const silent = await withLabels(undefined);
    expect((await openDataset([silent], segmentation)).regions).toBeUndefined();
  });

  it.each([
    ['another kind of labels', JSON.stringify({ labels: ['liver'] }), '"labels" names no values'],
    ['a value that no mask holds', JSON.stringify({ labels: { liver: 1.5 } }), 'names no values'],
    ['background alone', JSON.stringify({ labels: { background: 0 } }), 'names no values'],
    ['half a file', '{"labels": {', 'no JSON'],
  ])('are refused with the file: %s', async (_, content, reason) => {
    const folder = await folderWith(root, files, { 'dataset.json': [content] });
    const message = await refusal(folder, segmentation);
    expect(message).toContain(reason);
    expect(message).toContain(join(folder, 'dataset.json'));
    const { problems } = await surveyDataset([folder]);
    expect(problems.map(({ path }) => path)).toContain(join(folder, 'dataset.json'));
  });

  it('are refused where two tables name them differently', async () => {
    const [one, other] = await Promise.all(
      ['liver', 'spleen'].map((name) => withLabels({ [name]: 1 }, { 'cases.csv': table })),
    );
    const paths = [join(one!, 'cases.csv'), join(other!, 'cases.csv')];
    await expect(openDataset(paths, segmentation)).rejects.toThrow(
      `values in masks are named otherwise than in ${join(one!, 'dataset.json')}`,
    );
  });
});
