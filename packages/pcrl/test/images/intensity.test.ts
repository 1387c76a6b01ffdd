import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Image,
  scaleIntensity,
  sharedVoxels,
  unusableReason,
} from '../../src/images/index.js';
import { pythonLacks, runPython } from '../python.js';

const lacking = pythonLacks('numpy');

function volume(values: ArrayLike<number>, unit: Image['unit'] = 'arbitrary'): Image {
  const voxels = sharedVoxels(values.length);
  voxels.set(values);
  const place = { spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  return { path: 'v.nii', channels: 1, size: [values.length, 1, 1], ...place, unit, voxels };
}

describe('scaleIntensity', () => {
  it('maps Hounsfield units from [-1000, 1000]', () => {
    const image = volume([-2000, -1000, -150, 0, 1000, 3071], 'HU');
    const scaled = scaleIntensity(image);
    expect([...scaled.voxels]).toEqual([0, 0, 0.425, 0.5, 1, 1].map((v) => Math.fround(v)));
    expect(image.voxels[0]).toBe(-2000);
    expect(scaleIntensity(volume([0, 40], 'arbitrary'), 'ct').voxels[1]).toBeCloseTo(0.52);
  });

  it('leaves pictures as their reader scaled them', () => {
    const picture = { ...volume([0.2, 0.4]), size: [2, 1] };
    expect(scaleIntensity(picture)).toBe(picture);
    expect([...scaleIntensity(picture, 'percentile').voxels]).not.toEqual([...picture.voxels]);
  });

  it('shows a picture by its window, and keeps the window of no old values', () => {
    const radiograph = { ...volume([0, 0.01, 0.02, 0.04, 1]), size: [5, 1] };
    const scaled = scaleIntensity({ ...radiograph, window: { low: 0.01, high: 0.03 } });
    expect([...scaled.voxels].map((value) => Number(value.toFixed(5)))).toEqual([0, 0, 0.5, 1, 1]);
    expect(scaled).not.toHaveProperty('window');
    expect(scaleIntensity({ ...volume([-1000, 1000], 'HU'), window: { low: 0, high: 1 } })).toEqual(
      { ...volume([0, 1]) },
    );
  });

  it.skipIf(lacking)('takes the percentiles of the foreground as numpy does', () => {
    const values = Array.from({ length: 5000 }, (_, at) => (at < 2000 ? 0 : 1 + ((at * 37) % 997)));
    const [low, high] = runPython<[number, number]>(
      `import sys, json, numpy as np
v = np.array(json.loads(sys.argv[1])); print(json.dumps(np.percentile(v[v > v.min()], [.5, 99.5]).tolist()))`,
      JSON.stringify(values),
    );
    const scaled = scaleIntensity(volume(values)).voxels;
    values.forEach((value, at) => {
      const expected = Math.min(1, Math.max(0, (value - low) / (high - low)));
      expect(scaled[at]).toBeCloseTo(expected, 6);
    });
  });

  it('stays within [0, 1] whatever the values', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom('auto', 'ct', 'percentile'), (list, intensity) => {
        const { voxels } = scaleIntensity(volume(list), intensity as 'auto');
        expect(voxels.every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
    );
  });

  it('keeps a mask of 0 and 1 a mask', () => {
    expect([...scaleIntensity(volume([0, 1, 1, 0])).voxels]).toEqual([0, 1, 1, 0]);
  });
});

describe('unusableReason', () => {
  it('names constant and infinite images', () => {
    expect(unusableReason(volume(new Float32Array(22_000)))).toBe('all 22,000 voxels are 0');
    expect(unusableReason(volume([1, Number.NaN, 2, Infinity]))).toBe(
      '2 of 4 voxels are NaN or infinite',
    );
    expect(unusableReason(volume([0, 0, 1]))).toBeUndefined();
  });
});
