import { scope } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import type { ViewGeometry } from '../../src/views/drawing/plan.js';
import { cutRegion, regionAround } from '../../src/views/drawing/region.js';
import { gridOf } from '../../src/views/drawing/voxel-grid.js';
import type { ViewImage } from '../../src/views/index.js';
import { resample, resampleOnDevice } from '../../src/views/rendering/resample.js';
import { difference, python, pythonLacks } from '../python.js';
import { smoothImage } from './samples.js';

const plain = { flip: false, outside: 0 };
const upright2D = { ...plain, degrees: [0], scales: [1, 1] };
const upright3D = { ...plain, degrees: [0, 0, 0], scales: [1, 1, 1] };

function sampleOf(image: ViewImage, views: readonly ViewGeometry[]) {
  const grid = gridOf(image);
  const region = regionAround(
    views.map(({ box }) => box),
    grid,
  );
  const voxels = cutRegion(grid, region, 0);
  return { sample: { region, voxels }, views };
}

/** One view of an image, by the way that a CPU takes. */
function view(image: ViewImage, geometry: ViewGeometry, size: readonly number[], spread = 8) {
  return scope(() => resample([sampleOf(image, [geometry])], size, spread, 'cpu').toArray());
}

const given = (image: ViewImage) => ({ voxels: [...image.voxels], size: image.size });
const load2D = "image = np.reshape(given['voxels'], given['size'][::-1])";
const load3D = "image = np.reshape(given['voxels'], given['size'])";

describe('one interpolation does crop, resize, rotation and mirror', () => {
  const image = smoothImage([60, 48]);
  const volume = smoothImage([40, 36, 28]);
  const whole2D = { ...upright2D, box: { start: [0, 0], size: [48, 60] } };

  it('equal on the CPU’s own way and by grid_sampler', () => {
    const turned2D = { flip: true, degrees: [9], scales: [1, 1], outside: 0.25 };
    const turned3D = { flip: true, degrees: [9, -7, 5], scales: [0.93, 1.08, 1], outside: -1 };
    const cases = [
      { image, of: turned2D, start: [3, 7.5], size: [38.5, 44], to: [16, 20] },
      { image, of: turned2D, start: [0, 0], size: [48, 60], to: [48, 60] },
      { image: volume, of: turned3D, start: [2.5, 0, 3], size: [32, 36, 20], to: [16, 16, 16] },
      { image: volume, of: turned3D, start: [-4, -4, -4], size: [48, 44, 36], to: [12, 10, 8] },
    ];
    for (const { image: source, of, start, size, to } of cases) {
      for (const spread of [1.25, 8]) {
        const items = [
          sampleOf(source, [
            { ...of, box: { start, size } },
            { ...of, box: { start: [5, 6, 7].slice(0, size.length), size: to } },
          ]),
        ];
        const ours = scope(() => resample(items, to, spread, 'cpu').toArray());
        const theirs = scope(() => resampleOnDevice(items, to, spread, 'cpu').toArray());
        const apart = ours.filter((value, i) => Math.abs(value - theirs[i]!) > 2e-5);
        // A voxel on the very edge of the crop may fall to either side of it.
        expect(apart.length).toBeLessThanOrEqual(2);
      }
    }
  });

  it.skipIf(pythonLacks('torchvision'))('equals torchvision’s resized_crop and hflip', () => {
    const program = `
import torch
from torchvision.transforms import functional as F
${load2D}
image = torch.tensor(image, dtype=torch.float32)[None]
answer['whole'] = F.hflip(F.resized_crop(image, 0, 0, 48, 60, [96, 80], antialias=False))
answer['part'] = F.resized_crop(image, 5, 8, 30, 40, [60, 50], antialias=False)`;
    const theirs = python<{ whole: number[]; part: number[] }>(given(image), program);
    expect(
      difference(view(image, { ...whole2D, flip: true }, [96, 80]), theirs.whole),
    ).toBeLessThan(1e-5);
    const part = view(image, { ...upright2D, box: { start: [5, 8], size: [30, 40] } }, [60, 50]);
    // At a crop's edge we read the neighbours in the image, torchvision repeats the edge pixel.
    const inner = (values: readonly number[]) =>
      values.filter((_, i) => i % 50 > 0 && i % 50 < 49 && i >= 50 && i < 59 * 50);
    expect(difference(inner(part), inner(theirs.part))).toBeLessThan(1e-5);
  });

  it.skipIf(pythonLacks('torchvision'))('turns as torchvision’s rotate', () => {
    const program = `
import torch
from torchvision.transforms import functional as F
${load2D}
image = torch.tensor(image, dtype=torch.float32)[None]
turn = lambda x: F.rotate(x, 7.5, F.InterpolationMode.BILINEAR)
answer['turned'], answer['inside'] = turn(image), turn(torch.ones_like(image)) > 0.9999
answer['nearest'] = F.rotate(image, 7.5, F.InterpolationMode.NEAREST)`;
    const theirs = python<Record<'turned' | 'inside' | 'nearest', number[]>>(given(image), program);
    const ours = view(image, { ...whole2D, degrees: [7.5] }, [48, 60]);
    // torchvision mixes black into the edge pixels; away from the edge the two are the same.
    const apart = ours.map((value, i) => theirs.inside[i]! * Math.abs(value - theirs.turned[i]!));
    expect(theirs.inside.filter(Boolean).length).toBeGreaterThan(0.85 * ours.length);
    expect(Math.max(...apart)).toBeLessThan(1e-4);
    const black = (values: readonly number[]) => values.map((value) => (value === 0 ? 1 : 0));
    const differing = black(ours).filter((value, i) => value !== black(theirs.nearest)[i]);
    expect(differing.length).toBeLessThanOrEqual(4);
  });

  it.skipIf(pythonLacks('scipy'))('equals scipy’s zoom and affine_transform', () => {
    const program = `
from scipy import ndimage
${load3D}
crop = image[4:36, 2:34, 6:22]
answer['zoomed'] = ndimage.zoom(crop, [0.5, 0.75, 1], order=1, grid_mode=True, mode='nearest')
a, s = np.radians([9, -7, 5]), [0.93, 1.08, 1.02]
(cx, cy, cz), (sx, sy, sz) = np.cos(a), np.sin(a)
rx = [[1, 0, 0], [0, cx, -sx], [0, sx, cx]]
ry = [[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]
rz = [[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]
matrix = np.array(rz) @ rx @ ry @ np.diag(1 / np.array(s))
flipped = image[::-1]
centre = (np.array(image.shape) - 1) / 2
answer['moved'] = ndimage.affine_transform(flipped, matrix, centre - matrix @ centre, order=1, mode='constant', cval=-5)`;
    const theirs = python<{ zoomed: number[]; moved: number[] }>(given(volume), program);
    const crop = { start: [4, 2, 6], size: [32, 32, 16] };
    const zoomed = view(volume, { ...upright3D, box: crop }, [16, 24, 16]);
    const inner = (values: readonly number[]) =>
      values.filter((_, i) => i % 16 > 0 && i % 16 < 15 && (i >> 4) % 24 > 0 && (i >> 4) % 24 < 23);
    expect(difference(inner(zoomed), inner(theirs.zoomed))).toBeLessThan(1e-5);
    const geometry = {
      flip: true,
      degrees: [9, -7, 5],
      scales: [0.93, 1.08, 1.02],
      outside: -5,
      box: { start: [0, 0, 0], size: volume.size },
    };
    const moved = view(volume, geometry, volume.size);
    // scipy calls the outer half of an edge voxel outside; elsewhere the two are the same.
    const shared = theirs.moved.flatMap((value, i) =>
      value > -5 ? [[value, moved[i]!] as const] : [],
    );
    expect(shared.length).toBeGreaterThan(0.6 * moved.length);
    expect(Math.max(...shared.map(([a, b]) => Math.abs(a - b)))).toBeLessThan(1e-5);
    expect(moved.some((value) => value === -5)).toBe(true);
  });

  it('averages where a crop is much larger than its view', () => {
    const stripes = smoothImage([64, 64]);
    stripes.voxels.forEach((_, i) => {
      stripes.voxels[i] = i % 2;
    });
    const small = view(
      stripes,
      { ...upright2D, box: { start: [0, 0], size: [64, 64] } },
      [16, 16],
      1.25,
    );
    expect(Math.max(...small.map((value) => Math.abs(value - 0.5)))).toBeLessThan(1e-6);
  });
});
