import { ones, RandomStream, scope, type Tensor, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { colorJitter } from '../../src/views/rendering/color-jitter.js';
import { cutOut } from '../../src/views/rendering/cutout.js';
import { type BlurBorder, gaussianBlur } from '../../src/views/rendering/gaussian-blur.js';
import { signedPower, zNormalise } from '../../src/views/rendering/intensity-3d.js';
import { imagenetNormalise } from '../../src/views/rendering/render-2d.js';
import { rowSums } from '../../src/views/rendering/row-sums.js';
import { difference, python, pythonLacks } from '../python.js';

const random = (count: number, low = 0, high = 1) =>
  new RandomStream(9, 'test').fillUniform(new Float32Array(count), low, high);
const list = (work: () => Tensor) => scope(() => work().toArray());
const blurred = (views: Tensor, deviations: readonly (readonly number[])[], border: BlurBorder) =>
  list(() => {
    gaussianBlur(views, deviations, { border, largest: 2 });
    return views;
  });

describe('against torchvision', () => {
  const lacking = pythonLacks('torchvision');
  const image = random(2 * 20 * 30);
  const views = () => tensor(image, [2, 1, 20, 30]);
  const load = `
import torch
from torchvision.transforms import functional as F
image = torch.tensor(given, dtype=torch.float32).reshape(2, 1, 20, 30)`;

  it.skipIf(lacking)('brightness and contrast, in either order', () => {
    const program = `${load}
answer['a'] = F.adjust_contrast(F.adjust_brightness(image[:1], 1.3), 0.7)
answer['b'] = F.adjust_brightness(F.adjust_contrast(image[1:], 1.4), 0.65)`;
    const theirs = python<{ a: number[]; b: number[] }>([...image], program);
    const [brightness, contrast] = ['brightness', 'contrast'] as const;
    const changes = [
      [
        { kind: brightness, factor: 1.3 },
        { kind: contrast, factor: 0.7 },
      ],
      [
        { kind: contrast, factor: 1.4 },
        { kind: brightness, factor: 0.65 },
      ],
    ];
    const ours = list(() => {
      const changed = views();
      colorJitter(changed, changes);
      return changed;
    });
    expect(difference(ours, [...theirs.a, ...theirs.b])).toBeLessThan(1e-6);
  });

  it.skipIf(lacking)('ImageNet normalisation', () => {
    const program = `${load}
answer['n'] = F.normalize(image.repeat(1, 3, 1, 1), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])`;
    const theirs = python<{ n: number[] }>([...image], program);
    expect(list(() => imagenetNormalise(views()))).toEqual(theirs.n);
  });
});

describe('the Gaussian blur', () => {
  it.skipIf(pythonLacks('scipy'))('equals scipy’s in 3D and 2D, at any deviation', () => {
    const volume = random(2 * 12 * 10 * 8);
    const program = `
from scipy import ndimage
v = np.reshape(given, (2, 12, 10, 8))
answer['v'] = np.asarray([ndimage.gaussian_filter(v[0], [0.3, 2, 1.2]), ndimage.gaussian_filter(v[1], [1.9, 0, 0.05])])
answer['i'] = ndimage.gaussian_filter(v[0].reshape(24, 40), 1.7, mode='nearest')`;
    const theirs = python<{ v: number[]; i: number[] }>([...volume], program);
    const deviations = [
      [0.3, 2, 1.2],
      [1.9, 0, 0.05],
    ];
    const ours = blurred(tensor(volume, [2, 1, 12, 10, 8]), deviations, 'reflect');
    expect(difference(ours, theirs.v)).toBeLessThan(1e-6);
    const image = volume.slice(0, 960);
    const flat = blurred(tensor(image, [1, 1, 24, 40]), [[1.7, 1.7]], 'nearest');
    expect(difference(flat, theirs.i)).toBeLessThan(1e-6);
  });

  it.skipIf(pythonLacks('torchvision'))('equals torchvision’s away from the border', () => {
    const image = random(40 * 40);
    const program = `
import torch
from torchvision.transforms import functional as F
image = torch.tensor(given, dtype=torch.float32).reshape(1, 40, 40)
answer['b'] = F.gaussian_blur(image, 13, 1.5)`;
    const theirs = python<{ b: number[] }>([...image], program);
    const ours = blurred(tensor(image, [1, 1, 40, 40]), [[1.5, 1.5]], 'nearest');
    const inner = (values: readonly number[]) =>
      values.filter((_, i) => i % 40 > 7 && i % 40 < 32 && i > 320 && i < 1280);
    expect(difference(inner(ours), inner(theirs.b))).toBeLessThan(1e-6);
  });

  it.skipIf(pythonLacks('PIL'))('is near Pillow’s, which adds up three box blurs', () => {
    const image = random(64 * 64);
    const program = `
from PIL import Image, ImageFilter
image = Image.fromarray((np.reshape(given, (64, 64)) * 255).round().astype(np.uint8))
for s in (0.5, 1, 2):
    answer[str(s)] = np.asarray(image.filter(ImageFilter.GaussianBlur(s))) / 255`;
    const theirs = python<Record<string, number[]>>([...image], program);
    for (const sigma of [0.5, 1, 2]) {
      const ours = blurred(tensor(image, [1, 1, 64, 64]), [[sigma, sigma]], 'nearest');
      const apart = ours.map((value, i) => Math.abs(value - theirs[sigma]![i]!));
      // Measured on white noise: 0.004 on average, one of 255 grey values; at most 0.064, at the border.
      expect(apart.reduce((sum, d) => sum + d, 0) / apart.length).toBeLessThan(0.006);
      expect(Math.max(...apart)).toBeLessThan(0.08);
    }
  });
});

describe('intensities of volumes', () => {
  it('z-normalises with n - 1', () => {
    const one = list(() => zNormalise(tensor([1, 2, 3, 4, 5, 5, 5, 5], [2, 1, 4])));
    const expected = [-1.161895, -0.387298, 0.387298, 1.161895, 0, 0, 0, 0];
    expect(difference(one, expected)).toBeLessThan(1e-6);
    const constant = list(() => zNormalise(tensor(new Float32Array(999).fill(0.1), [1, 999])));
    expect(Math.max(...constant.map(Math.abs))).toBeLessThan(0.1);
  });

  it('raises the absolute value to a power and keeps the sign', () => {
    const values = [-0.5, -0.01, 0, 0.25, 1, 2];
    const ours = list(() => signedPower(tensor([...values, ...values], [2, 6]), [1.3, 0.75]));
    const expected = [1.3, 0.75].flatMap((gamma) =>
      values.map((value) => Math.sign(value) * Math.abs(value) ** gamma),
    );
    expect(difference(ours, expected)).toBeLessThan(1e-6);
  });

  it('adds up rows of any length', () => {
    for (const length of [1, 2, 3, 7, 64, 1000]) {
      const values = random(3 * length, -1, 1);
      const ours = list(() => rowSums(tensor(values, [3, length])));
      const exact = [0, 1, 2].map((row) =>
        values.slice(row * length, (row + 1) * length).reduce((sum, value) => sum + value, 0),
      );
      expect(difference(ours, exact)).toBeLessThan(1e-4);
    }
  });
});

it('cuts the holes of each view', () => {
  const holes = [
    [
      { start: [0, 1], size: [2, 2] },
      { start: [1, 2], size: [2, 2] },
    ],
    [{ start: [2, 0], size: [1, 4] }],
  ];
  const views = list(() => {
    const whole = ones([2, 1, 3, 4]);
    cutOut(whole, holes);
    return whole;
  });
  expect(views).toEqual([1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
});
