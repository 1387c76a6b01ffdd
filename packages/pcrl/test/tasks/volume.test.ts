import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNifti } from '../../src/images/index.js';
import { readVolume } from '../../src/tasks/volume.js';
import { temporaryFolder } from './synthetic.js';

const path = join(temporaryFolder(), 'v.nii.gz');

describe('a volume to fine-tune on', () => {
  it('is scaled between its extremes, or between the ends of a window', async () => {
    const voxels = Float32Array.from({ length: 64 }, (_, i) => 10 * i - 300);
    await writeNifti(path, { size: [4, 4, 4], spacing: [1, 1, 1], voxels });
    const full = await readVolume(path, { spacing: 'native', intensity: 'full-range' });
    const window = await readVolume(path, { spacing: 'native', intensity: [-200, 200] });
    voxels.forEach((value, i) => {
      expect(full.voxels[i]).toBeCloseTo((value + 300) / 630, 5);
      const inWindow = Math.min(200, Math.max(-200, value));
      expect(window.voxels[i]).toBeCloseTo((inWindow + 200) / 400, 5);
    });
  });

  it('is resampled to another spacing along each axis', async () => {
    const voxels = Float32Array.from({ length: 8 * 6 * 4 }, (_, i) => i);
    await writeNifti(path, { size: [8, 6, 4], spacing: [1, 2, 3], voxels });
    const { size } = await readVolume(path, { spacing: [2, 2, 1], intensity: 'percentile' });
    expect(size).toEqual([4, 6, 12]);
  });
});
