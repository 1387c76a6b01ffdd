import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelledSubset, openDataset } from '../../src/datasets/index.js';
import { readImageHeader } from '../../src/images/index.js';
import { realData } from '../images/folders.js';

const children = realData('cxr-paediatric-pneumonia');
const hippocampus = realData('mri-hippocampus-seg');

describe.skipIf(!children)("children's chest X-rays (skipped where they are not at hand)", () => {
  it('open with their splits, and few-label subsets hold whole patients', async () => {
    const labels = ['normal', 'bacterial', 'viral'];
    const path = join(children!, 'labels.csv');
    const dataset = await openDataset([path], { use: 'classification', labels });
    const training = dataset.cases.filter((item) => item.split === 'train');
    expect([dataset.dimensions, dataset.cases.length, training.length]).toEqual([2, 3930, 2138]);
    expect(training.every((item) => item.labels!.reduce((a, b) => a + b) === 1)).toBe(true);
    const small = labelledSubset(training, { ratio: 0.01 }, 0);
    expect(small.length).toBeGreaterThanOrEqual(21);
    expect((await openDataset([path])).cases).toHaveLength(2138);
  });
});

describe.skipIf(!hippocampus)('hippocampus volumes (skipped where they are not at hand)', () => {
  it('open with masks of the same size as the images', async () => {
    const path = join(hippocampus!, 'cases.csv');
    const dataset = await openDataset([path], { use: 'segmentation' });
    expect([dataset.dimensions, dataset.cases.length]).toEqual([3, 179]);
    for (const { image, mask } of dataset.cases.slice(0, 5)) {
      expect((await readImageHeader(mask!)).size).toEqual((await readImageHeader(image)).size);
    }
  });
});
