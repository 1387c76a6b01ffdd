import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageError } from '../../../src/errors.js';
import { listSeries, readImage, readImageHeader } from '../../../src/images/index.js';
import { pythonLacks } from '../../python.js';
import { temporaryFolder } from '../folders.js';
import { type Generated, generateDicom } from './generated.js';

const lacking = pythonLacks('pydicom', 'numpy', 'PIL');
const folder = temporaryFolder();

describe.skipIf(lacking)(`generated DICOM${lacking ? ` (${lacking})` : ''}`, () => {
  let generated: Readonly<Record<string, Generated>> = {};
  beforeAll(() => {
    generated = generateDicom(folder);
  });
  const at = (name: string) => join(folder, name);
  const values = (name: string) => generated[name]!.values;

  async function refusal(path: string): Promise<string> {
    const error = await readImage(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImageError);
    return (error as ImageError).reason;
  }

  it.each(['ordered', 'monochrome1', 'rescaled', '12-bit', 'implicit', 'big', 'deflated', 'rle'])(
    'reads the series "%s" as pydicom does, by position',
    async (name) => {
      const image = await readImage(at(name));
      expect([...image.voxels]).toEqual(values(name));
      expect(image).toMatchObject({ size: [8, 6, 5], spacing: [0.75, 0.5, 2], unit: 'HU' });
      // The far corner, in RAS+: -(-10 + 7 * 0.75), -(20 + 5 * 0.5), 0.
      expect(image.origin).toEqual([4.75, -22.5, 0]);
    },
  );

  it('rescales each frame of a multi-frame file by its own numbers', async () => {
    const image = await readImage(at('enhanced.dcm'));
    expect([...image.voxels]).toEqual(values('enhanced.dcm'));
    expect(image).toMatchObject({ size: [8, 6, 3], spacing: [0.75, 0.5, 2] });
  });

  it.each([
    ['gap', /slices are missing: 1 of 5 at a spacing of 2 mm, the first between 2 mm and 6 mm/],
    ['uneven', /unevenly spaced: 1\.1 mm to 2\.9 mm apart/],
    ['tilted', /gantry was tilted by 26\.6 degrees/],
    ['twice', /several slices at one place: 6 slices at 5 places, the first at 4 mm/],
  ])('refuses the series "%s"', async (name, reason) => {
    expect(await refusal(at(name))).toMatch(reason);
    const [listing] = await listSeries(at(name));
    expect(listing!.problems.join()).toMatch(reason);
  });

  it('leaves out a copy of a slice, and says so', async () => {
    expect([...(await readImage(at('copied'))).voxels]).toEqual(values('copied'));
    const [listing] = await listSeries(at('copied'));
    expect(listing!.files).toHaveLength(5);
    expect(listing!.notes.join()).toMatch(/copies of the same instance, left out: .*copied/);
  });

  it('keeps a localizer apart from the volume of its series', async () => {
    const [volume, scout] = await listSeries(at('localizer'));
    const [uid] = generated.localizer!.series;
    expect(volume).toMatchObject({ address: at('localizer'), localizer: false, problems: [] });
    expect(scout).toMatchObject({ address: `${at('localizer')}#${uid}:2`, localizer: true });
    expect([...(await readImage(volume!.address)).voxels]).toEqual(values('localizer'));
    expect((await readImage(scout!.address)).voxels).toHaveLength(48);
  });

  it('tells two series of one folder apart by their UID', async () => {
    expect(await refusal(at('two'))).toMatch(/the folder holds 2 images/);
    const all = values('two');
    for (const [uid, depth, expected] of [
      [generated.two!.series[0], 5, all.slice(0, 240)],
      [generated.two!.series[1], 3, all.slice(240)],
    ] as const) {
      const address = `${at('two')}#${uid}`;
      expect([...(await readImage(address)).voxels]).toEqual(expected);
      expect((await readImageHeader(address)).size).toEqual([8, 6, depth]);
    }
    expect(await refusal(`${at('two')}#1.2.3`)).toMatch(/the folder holds 2 images/);
  });

  it('notices what changes in a folder whose headers it has read', async () => {
    const copy = at('changing');
    cpSync(at('two'), copy, { recursive: true });
    const longAgo = new Date('2020-01-01');
    utimesSync(copy, longAgo, longAgo);
    const [long, short] = generated.two!.series.map((uid) => `${copy}#${uid}`) as [string, string];
    const first = await readImage(long);
    expect((await readImage(short)).size).toEqual([8, 6, 3]);

    const [listing] = (await listSeries(copy)).filter(({ address }) => address === long);
    const slice = listing!.files[2]!;
    const bytes = readFileSync(slice);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(slice, bytes);
    expect((await readImage(long)).voxels).not.toEqual(first.voxels);
    rmSync(listing!.files[1]!);
    utimesSync(copy, longAgo, new Date('2021-01-01'));
    expect(await refusal(long)).toMatch(/slices are missing: 1 of 5/);
  });

  it('reads a radiograph by its bit depth, with its window', async () => {
    const cr = await readImage(at('cr.dcm'));
    const stored = values('cr.dcm');
    expect([...cr.voxels]).toEqual(stored.map((value) => Math.fround(value / 4095)));
    expect(cr.size).toEqual([8, 6]);
    expect(cr.window!.low).toBeCloseTo(Math.min(...stored) / 4095);
    expect(cr.window!.high).toBeCloseTo(Math.max(...stored) / 4095);
  });

  it('inverts MONOCHROME1 in a radiograph, and its window with it', async () => {
    const dx = await readImage(at('dx.dcm'));
    expect([...dx.voxels]).toEqual(values('dx.dcm').map((value) => Math.fround(1 - value / 4095)));
    // Linear windows (PS3.3, C.11.2.1.2.1): centre - 0.5 -/+ (width - 1) / 2, so 799.5 to 1199.5.
    expect(dx.window!.low).toBeCloseTo(1 - 1199.5 / 4095);
    expect(dx.window!.high).toBeCloseTo(1 - 799.5 / 4095);
  });
});
