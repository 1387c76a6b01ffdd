import { expect, it } from 'vitest';
import { onUnitScale, shrinkForViews } from '../../src/views/index.js';
import { shortSideNeeded } from '../../src/views/shrink.js';
import { difference, python, pythonLacks } from '../python.js';
import { settings2D, settings3D, smoothImage } from './samples.js';

it('shrinks large images to what the smallest crop needs, and others not', () => {
  const settings = settings2D();
  expect(shortSideNeeded(settings)).toBe(430);
  expect(shrinkForViews(smoothImage([1024, 1200]), settings).size).toEqual([430, 504]);
  const small = smoothImage([320, 500]);
  expect(shrinkForViews(small, settings)).toBe(small);
  const volume = smoothImage([50, 50, 50]);
  expect(shrinkForViews(volume, settings3D())).toBe(volume);
});

it.skipIf(pythonLacks('PIL'))('averages areas as Pillow’s box filter', () => {
  const image = smoothImage([1000, 860]);
  const { size, voxels } = shrinkForViews(image, settings2D());
  expect(size).toEqual([500, 430]);
  const program = `
from PIL import Image
y, x = np.mgrid[0:860, 0:1000]
image = 0.5 + 0.16 * np.sin(x / 1000 * 6 + 1) + 0.16 * np.sin(y / 860 * 5)
answer['small'] = np.asarray(Image.fromarray(image.astype(np.float32)).resize((500, 430), Image.BOX))`;
  expect(difference(voxels, python<{ small: number[] }>({}, program).small)).toBeLessThan(1e-5);
});

it('keeps the mean when the factor is no whole number', () => {
  const image = smoothImage([777, 601]);
  const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const { voxels } = shrinkForViews(image, settings2D());
  expect(mean(voxels)).toBeCloseTo(mean(image.voxels), 5);
});

it('keeps the unit of CT where the tissue rules can rely on it', () => {
  const place = { path: 'ct.nii', origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  const ct = { ...smoothImage([9, 8, 7], 'HU'), ...place };
  ct.voxels.forEach((value, i) => {
    ct.voxels[i] = value * 2000 - 1000;
  });
  const scaled = onUnitScale(ct, settings3D());
  expect(scaled.unit).toBe('HU');
  expect(difference(scaled.voxels, smoothImage([9, 8, 7]).voxels)).toBeLessThan(1e-6);
  expect(onUnitScale(ct, settings3D({ intensity: 'percentile' })).unit).toBe('arbitrary');
  expect(() => onUnitScale({ ...ct, voxels: new Float32Array(504) }, settings3D())).toThrow(
    'ct.nii',
  );
});
