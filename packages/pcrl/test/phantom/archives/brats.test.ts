import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Image, readImage } from '../../../src/images/index.js';
import { pythonLacks, runPython } from '../../python.js';
import { type DrawnArchive, drawnArchive } from './drawn.js';

const TOP = 'MICCAI_BraTS_2018_Data_Training';
const PARTS = ['t1', 't1ce', 't2', 'flair', 'seg'] as const;
const names = [1, 2, 3, 4].map((n) => `Brats18_PCRL_00${n}_1`);
const folderOf = (n: number) => `${TOP}/${n === 3 ? 'LGG' : 'HGG'}/${names[n]}`;

let archive: DrawnArchive;
let cases: Record<(typeof PARTS)[number], Image>[];
beforeAll(async () => {
  archive = await drawnArchive('brats', { cases: 4, side: 40 });
  cases = await Promise.all(
    names.map(async (name, n) => {
      const read = (part: string) => readImage(archive.path(folderOf(n), `${name}_${part}.nii.gz`));
      const [t1, t1ce, t2, flair, seg] = await Promise.all(PARTS.map(read));
      return { t1: t1!, t1ce: t1ce!, t2: t2!, flair: flair!, seg: seg! };
    }),
  );
});
afterAll(() => archive.remove());

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('BraTS 2018 in miniature', () => {
  it('has four contrasts and a mask in a folder a case, HGG and LGG, and a table of survival', async () => {
    const files = names.flatMap((name, n) =>
      PARTS.map((part) => `${folderOf(n)}/${name}_${part}.nii.gz`),
    );
    expect(await archive.files()).toEqual([...files, `${TOP}/survival_data.csv`].sort());
    const survival = await archive.table(`${TOP}/survival_data.csv`);
    expect(survival.map((row) => row.Brats18ID)).toEqual(names.slice(0, 3));
  });

  it('is exactly 0 outside the brain, on one grid, with labels 1, 2 and 4 inside', () => {
    for (const { t1, t1ce, t2, flair, seg } of cases) {
      for (const image of [t1ce, t2, flair, seg]) expect(image.origin).toEqual(t1.origin);
      let [outside, torn, strayed] = [0, 0, 0];
      t1.voxels.forEach((value, i) => {
        const all = [value, t1ce.voxels[i]!, t2.voxels[i]!, flair.voxels[i]!];
        if (value === 0) outside++;
        if (!all.every((v) => v === 0) && !all.every((v) => v >= 1)) torn++;
        if (value === 0 && seg.voxels[i] !== 0) strayed++;
      });
      expect({ torn, strayed }).toEqual({ torn: 0, strayed: 0 });
      for (const label of new Set(seg.voxels)) expect([0, 1, 2, 4]).toContain(label);
      expect(outside / t1.voxels.length).toBeGreaterThan(0.6);
    }
  });

  it('shows each part of the tumour as its contrast does, one inside the other', () => {
    for (const { t1ce, flair, seg } of cases.slice(0, 3)) {
      const within = (image: Image, label: number) =>
        mean(image.voxels.filter((value, i) => seg.voxels[i] === label && value > 0));
      expect(within(t1ce, 4)).toBeGreaterThan(1.2 * within(t1ce, 1));
      expect(within(t1ce, 4)).toBeGreaterThan(1.2 * within(t1ce, 0));
      expect(within(flair, 2)).toBeGreaterThan(1.2 * within(flair, 0));
      const spread = (labels: number[]) => extent(seg, labels);
      expect(spread([1])).toBeLessThan(spread([1, 4]));
      expect(spread([1, 4])).toBeLessThan(spread([1, 2, 4]));
    }
  });

  it.skipIf(pythonLacks('nibabel', 'numpy'))(
    'is read by nibabel with the axes of the archive',
    () => {
      const script = `
import json, sys, nibabel
i = [nibabel.load(f"{sys.argv[1]}_{part}.nii.gz") for part in ("t1", "seg")]
print(json.dumps([[''.join(nibabel.aff2axcodes(x.affine)), list(x.shape), str(x.get_data_dtype())] for x in i]))`;
      expect(runPython(script, archive.path(folderOf(0), names[0]!))).toEqual([
        ['LPS', [40, 40, 26], 'int16'],
        ['LPS', [40, 40, 26], 'uint8'],
      ]);
    },
  );
});

/** Mean distance of the labels' voxels from their centre, in voxels. */
function extent({ size, voxels }: Image, labels: number[]): number {
  const places: number[][] = [];
  voxels.forEach((value, i) => {
    if (!labels.includes(value)) return;
    places.push([
      Math.floor(i / (size[1]! * size[2]!)),
      Math.floor(i / size[2]!) % size[1]!,
      i % size[2]!,
    ]);
  });
  const centre = [0, 1, 2].map((axis) => mean(places.map((place) => place[axis]!)));
  return mean(places.map((place) => Math.hypot(...place.map((at, axis) => at - centre[axis]!))));
}
