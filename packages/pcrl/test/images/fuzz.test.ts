import { beforeAll, describe, expect, it } from 'vitest';
import { readImage } from '../../src/images/index.js';
import { temporaryFolder } from './folders.js';
import { fuzz } from './fuzz/fuzz.js';
import { generatedSeeds, type Seed, writeSeed } from './fuzz/seeds.js';

const RUNS = 60;
const folder = temporaryFolder();

describe('a damaged image is read or refused, never worse', () => {
  let seeds: Seed[] = [];
  beforeAll(async () => {
    seeds = await generatedSeeds(folder);
  });

  const endings = ['nii', 'gz', 'hdr', 'mha', 'mhd', 'nrrd', 'nhdr', 'png', 'jpg', 'tif', 'zarr'];
  it.each([...endings, 'dcm', 'dicom'])('%s', async (ending) => {
    const ofFormat = seeds.filter(({ name }) => name.endsWith(`.${ending}`));
    expect(ofFormat.length).toBeGreaterThan(0);
    for (const seed of ofFormat) {
      expect((await readImage(writeSeed(folder, seed))).voxels.length).toBeGreaterThan(40);
      await fuzz(folder, seed, { seed: 1, runs: RUNS });
    }
  });
});
