import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { guessDimensions } from '../../src/cli/dimensions.js';
import { fingerprint } from '../../src/datasets/cache/fingerprint.js';
import { openDataset } from '../../src/datasets/index.js';
import { runPretraining } from '../../src/training/pretraining-run.js';
import { type Generated, generateDicom } from '../images/dicom/generated.js';
import { temporaryFolder } from '../images/folders.js';
import { pythonLacks } from '../python.js';
import { fakeMethod } from '../training/fake-method.js';
import { RecordingIO } from '../training/recording-io.js';
import { settings3D } from '../training/tiny-data.js';

const lacking = pythonLacks('pydicom', 'numpy', 'PIL');
const folder = temporaryFolder();

describe.skipIf(lacking)(`folders of DICOM${lacking ? ` (${lacking})` : ''}`, () => {
  let generated: Readonly<Record<string, Generated>> = {};
  beforeAll(() => {
    generated = generateDicom(folder);
  });
  const two = () => generated.two!.series.map((uid) => `two#${uid}`);

  it('are as many cases as there are series, of the patient that their headers name', async () => {
    const { cases, notes, problems } = await openDataset([folder], { dimensions: 3 });
    const names = cases.map(({ image }) => basename(image)).filter((name) => name[0] !== 'p');
    const whole = ['12-bit', 'big', 'copied', 'deflated', 'implicit', 'localizer', 'monochrome1'];
    expect(names.sort()).toEqual([...whole, 'ordered', 'rescaled', 'rle', ...two()].sort());
    // The files beside the folders: a volume of many frames, and pictures.
    expect(cases).toHaveLength(names.length + 1);
    expect(new Set(cases.map(({ patient }) => patient))).toEqual(new Set(['P1']));
    expect(notes.join('\n')).toMatch(/localizers, left out: 1\n/);
    expect(notes.join('\n')).toMatch(/images that are not 3D, left out: 4/);
    const refused = problems.map(({ path, reason }) => `${basename(path)}: ${reason.slice(0, 19)}`);
    expect(refused).toEqual([
      'gap: slices are missing:',
      'tilted: the gantry was tilt',
      'twice: several slices at o',
      'uneven: the slices are unev',
    ]);
  });

  it('give radiographs as pictures', async () => {
    const { cases } = await openDataset([folder], { dimensions: 2 });
    const names = cases.map(({ image }) => basename(image));
    expect(names).toEqual(['cr.dcm', 'dx.dcm', 'j2k-1.dcm', 'j2k-2.dcm']);
  });

  it('are told to be volumes or pictures by their headers, where nobody says it', async () => {
    expect(await guessDimensions([join(folder, '12-bit')])).toBe(3);
    expect(await guessDimensions([join(folder, 'cr.dcm')])).toBe(2);
    await expect(guessDimensions([folder])).rejects.toThrow(/pictures \(2D\): 4, volumes \(3D\): /);
  });

  it('may be named by one series', async () => {
    const path = join(folder, two()[0]!);
    const { cases, dimensions } = await openDataset([path]);
    expect({ images: cases.map(({ image }) => image), dimensions }).toEqual({
      images: [path],
      dimensions: 3,
    });
    expect((await fingerprint(path)).bytes).toBeGreaterThan(8 * 6 * 8 * 2);
    await expect(openDataset([`${folder}/nowhere#1.2`])).rejects.toThrow('no such file or folder');
  });

  it('are trained on', async () => {
    const settings = settings3D(folder, join(folder, 'pretrained'), {
      epochs: 1,
      views: { cropsPerVolume: 1 },
    });
    const io = new RecordingIO();
    const dataset = await openDataset(settings.data, { dimensions: 3 });
    const few = { ...dataset, cases: dataset.cases.slice(0, 8) };
    const { steps, skipped } = await runPretraining(settings, io, few, fakeMethod());
    expect({ steps, skipped }).toEqual({ steps: 2, skipped: dataset.problems });
  });
});
