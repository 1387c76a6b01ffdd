import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMask } from '../../src/datasets/index.js';
import { type Image, labelsOnGrid, readImage, readImageHeader } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';

// Beyond the centres of the outermost voxels scipy knows nothing: they are background here.
const DRAW = `
import sys, json, numpy as np, nibabel as nib
from nibabel.processing import resample_from_to
random = np.random.default_rng(3)
def oblique(spacing, centre, size):
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    matrix = turn @ np.diag(spacing)
    return np.vstack([np.c_[matrix, centre - matrix @ ((np.array(size) - 1) / 2)], [0, 0, 0, 1]])
for n in range(4):
    size = random.integers(9, 16, 3)
    labels = np.zeros(size, np.uint8)
    labels[1:-1, 1:-1, 1:-1] = random.integers(0, 4, size - 2)
    here = nib.Nifti1Image(labels, oblique(random.uniform(0.7, 3, 3), [5, -8, 12], size))
    other = random.integers(9, 16, 3)
    there = nib.Nifti1Image(np.zeros(other, np.int16), oblique(random.uniform(0.7, 3, 3), [4, -6, 12], other))
    for name, image in (('mask', here), ('image', there)):
        nib.save(image, f'{sys.argv[1]}/{name}{n}.nii')
    here, there = (nib.load(f'{sys.argv[1]}/{name}{n}.nii') for name in ('mask', 'image'))
    nib.save(resample_from_to(here, there, order=0), f'{sys.argv[1]}/wanted{n}.nii')
print(json.dumps({}))`;

const lacking = pythonLacks('nibabel', 'scipy');

describe.skipIf(lacking)(`masks brought to the grid of their image ${lacking ?? ''}`, () => {
  it('are those of nibabel and scipy, whatever the two are turned by', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pcrl-grid-'));
    runPython(DRAW, folder);
    for (let n = 0; n < 4; n++) {
      const [image, mask, wanted] = ['image', 'mask', 'wanted'].map((name) =>
        join(folder, `${name}${n}.nii`),
      ) as [string, string, string];
      const header = await readImageHeader(image);
      const found = await readMask({ image, mask, resamplesMask: true }, header);
      const expected = await readImage(wanted);
      expect(found.size).toEqual(expected.size);
      expect(found.voxels).toEqual(expected.voxels);
      expect(new Set(found.voxels).size).toBeGreaterThan(2);
    }
  });
});

it('counts the voxels that lie in the mask, to the outer faces of its voxels', () => {
  const place = { origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1], spacing: [2, 2, 2] };
  const labels: Image = {
    ...{ path: 'm.nii', channels: 1, unit: 'arbitrary', size: [1, 1, 2], ...place },
    voxels: Float32Array.of(1, 2),
  };
  const finer = { ...place, size: [1, 1, 6], origin: [0, 0, -1.9], spacing: [1, 1, 1] };
  expect(labelsOnGrid(labels, finer)).toEqual({
    voxels: Float32Array.of(0, 1, 1, 2, 2, 0),
    inside: 4,
  });
});
