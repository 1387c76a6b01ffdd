import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImage, writeNifti } from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';
import { temporaryFolder } from './folders.js';

const folder = temporaryFolder();
const lacking = pythonLacks('nibabel', 'numpy');

const extent = fc.integer({ min: 1, max: 7 });
const volumes = fc.tuple(extent, extent, extent).chain((size) => {
  const length = size[0] * size[1] * size[2];
  const count = { minLength: length, maxLength: length };
  return fc.record({
    size: fc.constant(size),
    spacing: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 40 }).map((n) => n / 8))),
    origin: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -800, max: 800 }).map((n) => n / 4))),
    voxels: fc.oneof(
      fc.int16Array(count),
      fc.uint8Array(count),
      fc.float32Array({ ...count, noNaN: true }),
    ),
  });
});

describe('writeNifti', () => {
  it('writes what readImage reads back', async () => {
    await fc.assert(
      fc.asyncProperty(volumes, fc.boolean(), async (volume, zipped) => {
        const path = join(folder, zipped ? 'trip.nii.gz' : 'trip.nii');
        await writeNifti(path, volume);
        const image = await readImage(path);
        expect(image.size).toEqual(volume.size);
        expect(image.spacing).toEqual(volume.spacing);
        expect(image.origin).toEqual(volume.origin);
        expect(image.direction).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
        expect([...image.voxels].map((v) => v + 0)).toEqual([...volume.voxels].map((v) => v + 0));
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(lacking)('writes a qform and an sform that nibabel finds equal', async () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    // A turn about z with x reversed: a left-handed direction, which needs qfac = -1.
    const directions = [
      [c, -s, 0, s, c, 0, 0, 0, 1],
      [-c, -s, 0, -s, c, 0, 0, 0, 1],
      [1, 0, 0, 0, -1, 0, 0, 0, -1],
    ];
    const voxels = Int16Array.from({ length: 24 }, (_, at) => at);
    const paths = directions.map((_, index) => join(folder, `form${index}.nii.gz`));
    for (const [index, direction] of directions.entries()) {
      const volume = { size: [2, 3, 4], spacing: [0.5, 1, 2], direction, voxels };
      await writeNifti(paths[index]!, volume);
    }
    const found = runPython<{ sform: number[][]; qform: number[][]; data: number[] }[]>(
      `import sys, json, nibabel as nib
images = [nib.load(path) for path in sys.argv[1:]]
print(json.dumps([dict(sform=image.get_sform().tolist(), qform=image.get_qform().tolist(),
  data=image.get_fdata().ravel().tolist()) for image in images]))`,
      ...paths,
    );
    found.forEach(({ sform, qform, data }, index) => {
      expect(data).toEqual([...voxels]);
      expect(qform).toEqual(sform.map((row) => row.map((value) => expect.closeTo(value, 5))));
      expect(sform[0]![0]).toBeCloseTo(directions[index]![0]! * 0.5, 5);
    });
  });

  it.skipIf(lacking)('writes back to the grid of the file, however its axes run', async () => {
    const made = runPython<string[]>(
      `import sys, json, itertools, numpy as np, nibabel as nib
made = []
turn = np.array([[.98, -.17, .1], [.17, .98, -.05], [-.09, .07, .99]])
for order in itertools.permutations(range(3)):
    for signs in itertools.product([1, -1], repeat=3):
        affine = np.eye(4)
        for column, (axis, sign) in enumerate(zip(order, signs)):
            affine[:3, column] = turn[:, axis] * sign * (.5, 1, 2)[axis]
        affine[:3, 3] = [10, -20, 30]
        path = f'{sys.argv[1]}/axes{len(made)}.nii.gz'
        nib.save(nib.Nifti1Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), affine), path)
        made.append(path)
print(json.dumps(made))`,
      folder,
    );
    expect(made).toHaveLength(48);
    for (const path of made) {
      const { unit: _, voxels, ...place } = await readImage(path);
      await writeNifti(`${path}.nii.gz`, { ...place, voxels: Int16Array.from(voxels) });
    }
    const differences = runPython<number[]>(
      `import sys, json, numpy as np, nibabel as nib
def difference(path):
    a, b = nib.load(path), nib.load(path + '.nii.gz')
    return max(abs(a.affine - b.affine).max(), abs(a.get_fdata() - b.get_fdata()).max())
print(json.dumps([float(difference(path)) for path in sys.argv[1:]]))`,
      ...made,
    );
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it('refuses voxels that do not fill the size', async () => {
    const volume = { size: [2, 2, 2], spacing: [1, 1, 1], voxels: new Uint8Array(7) };
    await expect(writeNifti(join(folder, 'bad.nii'), volume)).rejects.toThrow(
      /7 voxels .* 2 x 2 x 2/,
    );
  });
});
