import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { readImage, worldToVoxel, writePng } from '../../src/images/index.js';
import { inspect, summarise, writeInspection } from '../../src/inspection/index.js';
import { temporaryFolder } from '../images/folders.js';
import { type DrawnArchive, drawnArchive, unwatched } from '../phantom/archives/drawn.js';

const root = temporaryFolder();
const drawn: DrawnArchive[] = [];

async function archive(name: string, cases: number): Promise<string> {
  const made = await drawnArchive(name, { cases, side: 32 });
  drawn.push(made);
  return made.folder;
}

afterAll(() => Promise.all(drawn.map((made) => made.remove())));

async function inspected(folder: string, everyVoxel = false) {
  const result = await inspect({ paths: [folder], everyVoxel }, unwatched);
  return { result: result!, summary: summarise(result!.inspection) };
}

describe('points in world coordinates', () => {
  it('lie on the nodules, whichever way the file runs', async () => {
    const folder = await archive('luna', 6);
    const { cases } = await openDataset([folder], { use: 'detection' });
    const flipped = cases.map(({ image }) =>
      readFileSync(image, 'utf8').includes('TransformMatrix = -1'),
    );
    expect(new Set(flipped)).toEqual(new Set([true, false]));
    for (const { image, points } of cases) {
      const header = readFileSync(image, 'utf8');
      const line = (key: string) =>
        new RegExp(`${key} = (.*)`).exec(header)![1]!.split(' ').map(Number);
      const [offset, spacing, size, matrix] = [
        'Offset',
        'ElementSpacing',
        'DimSize',
        'TransformMatrix',
      ].map(line);
      const raw = new Int16Array(readFileSync(image.replace('.mhd', '.raw')).buffer.slice(0));
      const volume = await readImage(image);
      for (const { position } of points!) {
        // methods.md 6.3, on the file's own numbers: D^-1 (world - Offset) / spacing, in LPS.
        const world = [-position[0], -position[1], position[2]];
        const inFile = [0, 1, 2].map((axis) =>
          Math.round(((world[axis]! - offset![axis]!) * matrix![4 * axis]!) / spacing![axis]!),
        );
        const ours = worldToVoxel(volume, position).map(Math.round);
        const stored = raw[(inFile[2]! * size![1]! + inFile[1]!) * size![0]! + inFile[0]!];
        const read =
          volume.voxels[(ours[0]! * volume.size[1]! + ours[1]!) * volume.size[2]! + ours[2]!];
        expect(read).toBe(stored);
        expect(inFile.every((at, axis) => at >= 0 && at < size![axis]!)).toBe(true);
      }
    }
  });
});

describe('masks of pictures', () => {
  it('are found beside the images, and count by what their files store', async () => {
    const folder = join(root, 'masked');
    for (const kind of ['images', 'masks']) mkdirSync(join(folder, kind), { recursive: true });
    for (const name of ['a.png', 'b.png']) {
      const pixels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i + name.charCodeAt(0));
      await writePng(join(folder, 'images', name), { width: 8, height: 6, pixels });
      const labels = pixels.map((_, i) => (i < 6 ? 1 : i < 9 ? 255 : 0));
      await writePng(join(folder, 'masks', name), { width: 8, height: 6, pixels: labels });
    }
    const { summary, result } = await inspected(folder);
    expect(result.inspection.problems).toEqual([]);
    expect(summary).toMatchObject({ cases: 2, masks: 2, maskValues: { 1: 12, 255: 6 } });
  });
});

describe('what is wrong', () => {
  it('is listed by reason, each file with its own', async () => {
    const made = await drawnArchive('lits', { cases: 4, side: 24 });
    drawn.push(made);
    const volume = readFileSync(made.path('volume-0.nii'));
    writeFileSync(made.path('volume-1.nii'), volume);
    writeFileSync(made.path('volume-2.nii'), volume.subarray(0, 5000));
    rmSync(made.path('segmentation-3.nii'));
    const { result, summary } = await inspected(made.folder, true);
    const { problems } = result.inspection;
    const reasonsOf = (name: string) =>
      problems
        .filter(({ path }) => path.includes(name))
        .map(({ reason }) => reason)
        .join('\n');
    expect(reasonsOf('volume-1.nii = ')).toMatch(/the same picture twice/);
    expect(reasonsOf('volume-2.nii')).toMatch(/cut short/);
    expect(reasonsOf('volume-3.nii')).toMatch(/without its segmentation/);
    expect(reasonsOf('segmentation-1.nii')).toMatch(/mask on another grid/);
    const out = join(root, 'wrong');
    await writeInspection(out, result, summary);
    expect(readFileSync(join(out, 'problems.csv'), 'utf8').split('\n')).toHaveLength(
      problems.length + 2,
    );
  });

  it('includes patients in two splits, and stops when it is told to', async () => {
    const folder = await archive('nih', 2);
    const image = (await openDataset([folder])).cases[0]!.image.slice(folder.length + 1);
    const table = join(folder, 'set.csv');
    writeFileSync(
      table,
      `image,patient_id,split,up\n${image},1,train,1\n${image},1,test,0\n../x.png,2,train,1\n`,
    );
    const { result } = await inspected(table);
    expect(result.inspection.problems.map(({ reason }) => reason)).toEqual([
      'missing images',
      'images listed more than once',
      'patients in more than one split',
    ]);
    const stopped = { ...unwatched, interrupted: () => true };
    expect(await inspect({ paths: [table], everyVoxel: false }, stopped)).toBeUndefined();
  });
});
