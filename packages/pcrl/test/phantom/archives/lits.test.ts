import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Image, readImage } from '../../../src/images/index.js';
import { pythonLacks, runPython } from '../../python.js';
import { type DrawnArchive, drawnArchive } from './drawn.js';

const CASES = 3;
let archive: DrawnArchive;
let pairs: { volume: Image; segmentation: Image }[];
beforeAll(async () => {
  archive = await drawnArchive('lits', { cases: CASES, side: 48 });
  pairs = await Promise.all(
    [0, 1, 2].map(async (n) => ({
      volume: await readImage(archive.path(`volume-${n}.nii`)),
      segmentation: await readImage(archive.path(`segmentation-${n}.nii`)),
    })),
  );
});
afterAll(() => archive.remove());

/** Mean place of a label in the patient, in RAS+ millimetres. */
function centre({ size, spacing, origin, voxels }: Image, label: number): number[] {
  const sums = [0, 0, 0];
  let count = 0;
  voxels.forEach((value, i) => {
    if (value !== label) return;
    const [y, z] = [Math.floor(i / size[2]!) % size[1]!, i % size[2]!];
    [Math.floor(i / (size[1]! * size[2]!)), y, z].forEach((at, axis) => {
      sums[axis]! += origin[axis]! + at * spacing[axis]!;
    });
    count++;
  });
  return sums.map((sum) => sum / count);
}

function meanWithin(image: Image, mask: Image, label: number): number {
  const values = image.voxels.filter((_, i) => mask.voxels[i] === label);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('LiTS in miniature', () => {
  it('has pairs of volumes and segmentations, numbered from 0', async () => {
    const numbers = Array.from({ length: CASES }, (_, n) => n);
    expect(await archive.files()).toEqual([
      ...numbers.map((n) => `segmentation-${n}.nii`),
      ...numbers.map((n) => `volume-${n}.nii`),
    ]);
  });

  it('holds a liver of 1 and tumours of 2 that are darker than it', () => {
    const labels = pairs.map(({ segmentation }) => new Set(segmentation.voxels));
    expect(labels.every((values) => values.has(1))).toBe(true);
    const withTumour = pairs.filter((_, n) => labels[n]!.has(2));
    expect(withTumour.length).toBeGreaterThan(0);
    for (const { volume, segmentation } of withTumour) {
      const liver = meanWithin(volume, segmentation, 1);
      expect(liver).toBeGreaterThan(40);
      expect(meanWithin(volume, segmentation, 2)).toBeLessThan(liver - 8);
    }
  });

  it('keeps the liver on the right of the patient, whatever the file orientation', () => {
    for (const { volume, segmentation } of pairs) {
      expect(volume.unit).toBe('HU');
      expect(volume.origin).toEqual(segmentation.origin);
      expect(centre(segmentation, 1)[0]).toBeGreaterThan(15);
    }
  });

  it.skipIf(pythonLacks('nibabel', 'numpy'))('is read by nibabel as int16 and uint8', () => {
    const script = `
import json, sys, nibabel
out = []
for n in range(${CASES}):
    v, s = [nibabel.load(f"{sys.argv[1]}/{kind}-{n}.nii") for kind in ("volume", "segmentation")]
    out.append([''.join(nibabel.aff2axcodes(v.affine)), str(v.get_data_dtype()), str(s.get_data_dtype()), v.shape == s.shape])
print(json.dumps(out))`;
    expect(runPython(script, archive.folder)).toEqual(
      ['RAS', 'LAS', 'LPS'].map((axes) => [axes, 'int16', 'uint8', true]),
    );
  });
});
