import { readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { readImage } from '../../src/images/index.js';
import { verify } from '../../src/preparing/index.js';
import { type Generated, generateDicom } from '../images/dicom/generated.js';
import { temporaryFolder } from '../images/folders.js';
import { unwatched } from '../phantom/archives/drawn.js';
import { pythonLacks } from '../python.js';
import { prepareRecorded } from './recording.js';

const lacking = pythonLacks('pydicom', 'numpy', 'PIL');
const root = temporaryFolder();
const source = join(root, 'from the scanner');
const cache = join(root, 'cache');

describe.skipIf(lacking)(`preparing folders of DICOM${lacking ? ` (${lacking})` : ''}`, () => {
  let generated: Readonly<Record<string, Generated>> = {};
  beforeAll(() => {
    generated = generateDicom(source);
    // A cache holds volumes or pictures.
    for (const name of ['cr.dcm', 'dx.dcm', 'j2k-1.dcm', 'j2k-2.dcm']) rmSync(join(source, name));
  });

  it('makes every series a case, and sets aside those that are no volume', async () => {
    const { prepared, aside, table } = await prepareRecorded(source, cache);
    const plain = ['12-bit', 'big', 'copied', 'deflated', 'implicit', 'localizer', 'monochrome1'];
    const series = generated.two!.series.map((uid) => `two#${uid}`);
    // The one volume beside the folders, a file of many frames, goes by the name of its folder.
    const others = ['ordered', 'rescaled', 'rle', basename(source)];
    const wanted = [...plain, ...series, ...others].sort();
    expect({ prepared, aside }).toEqual({ prepared: wanted.length, aside: [] });
    const problems = readFileSync(table, 'utf8');
    for (const name of ['gap', 'tilted', 'twice', 'uneven']) expect(problems).toContain(`${name}"`);

    const { cases } = await openDataset([cache]);
    expect(new Set(cases.map(({ patient }) => patient))).toEqual(new Set(['P1']));
    const made = await Promise.all(cases.map(({ image }) => readImage(image)));
    const sources = cases.map(({ image }) => JSON.parse(readFileSync(image, 'utf8')).source.path);
    expect(sources.map((path) => basename(path)).sort()).toEqual(wanted);
    for (const [at, { size, unit, voxels }] of made.entries()) {
      const own = await readImage(sources[at]);
      expect({ size, unit }).toEqual({ size: own.size, unit: 'HU' });
      const clipped = own.voxels.map((value) => Math.min(1000, Math.max(-1000, value)));
      const worst = Math.max(...voxels.map((value, i) => Math.abs(value - clipped[i]!)));
      // Half a step of 16 bits.
      expect(worst).toBeLessThan(1001 / 65_535);
    }
    expect(await verify(cache, unwatched)).toMatchObject({ damaged: [], changed: [] });
  });

  it('prepares again only the series in whose folder a file changed', async () => {
    const [file] = readdirSync(join(source, 'two'));
    utimesSync(join(source, 'two', file!), new Date(), new Date(2e12));
    expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 2, unchanged: 11 });
  });
});
