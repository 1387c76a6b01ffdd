import {
  interpolate,
  liveTensors,
  noGrad,
  RandomStream,
  scope,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { Encoder3D } from '../../src/networks/index.js';
import { labelMap } from '../../src/tasks/label-map.js';
import { predictVolume } from '../../src/tasks/predict-volume.js';
import { planWindows } from '../../src/tasks/sliding-window.js';
import { regionsOfLabels, structuresOf } from '../../src/tasks/structures.js';
import { TaskNetwork } from '../../src/tasks/task.js';
import { normalisedCrop } from '../../src/tasks/volume.js';

/** Two classes whose logits depend on the value and on the place in the window. */
class Sloping extends TaskNetwork {
  readonly encoder = new Encoder3D({ width: 2 }, new RandomStream(1, 'never used'));
  readonly shapes: (readonly number[])[] = [];
  mostBytes = 0;

  forward(input: Tensor): Tensor {
    this.shapes.push(input.shape);
    this.mostBytes = Math.max(this.mostBytes, liveTensors().bytes);
    const windows = input.dimension(0);
    const values = input.toArray();
    const inWindow = values.length / windows;
    const logits = Float32Array.from({ length: 2 * values.length }, (_, at) => {
      const [n, k] = [Math.floor(at / inWindow / 2), Math.floor(at / inWindow) % 2];
      return logit(values[n * inWindow + (at % inWindow)]!, at % inWindow, k);
    });
    return tensor(logits, [windows, 2, ...input.shape.slice(2)]);
  }
}

/** Sure of every voxel. */
class Sure extends TaskNetwork {
  readonly encoder = new Encoder3D({ width: 2 }, new RandomStream(1, 'never used'));

  forward(input: Tensor): Tensor {
    return input.mul(0).add(100);
  }
}

const logit = (value: number, at: number, k: number) => value * (k + 1) + Math.sin(at) - k;

const compute = { device: 'cpu', inPrecision: <T>(run: () => T) => run() };

function volumeOf(size: readonly number[]) {
  const random = new RandomStream(3, 'volume');
  const voxels = Float32Array.from({ length: size.reduce((a, b) => a * b) }, () =>
    random.uniform(0, 1),
  );
  return { size, voxels };
}

it('gives no probability above 1 where rounding would', () => {
  using net = new Sure();
  const volume = volumeOf([21, 18, 16]);
  const prediction = { window: [8, 8, 8], overlap: 0.5, batch: 4, compute };
  const highest = scope(() => noGrad(() => predictVolume(net, [volume], prediction).max().item()));
  expect(highest).toBe(1);
});

/** The weighted mean with a sum and a sum of weights at every voxel, in double precision. */
function naive(volume: ReturnType<typeof volumeOf>, window: readonly number[], overlap: number) {
  const [, Y, Z] = volume.size as [number, number, number];
  const [, wy, wz] = window as [number, number, number];
  const count = volume.voxels.length;
  const sum = new Float64Array(2 * count);
  const total = new Float64Array(count);
  for (const box of planWindows(volume.size, window, overlap).windows) {
    normalisedCrop(volume, box).forEach((value, at) => {
      const local = [Math.floor(at / (wy * wz)), Math.floor(at / wz) % wy, at % wz];
      const place = local.map((i, axis) => box.start[axis]! + i);
      if (place.some((i, axis) => i < 0 || i >= volume.size[axis]!)) return;
      const squares = local.map(
        (i, axis) => ((i - (window[axis]! - 1) / 2) / (window[axis]! / 8)) ** 2,
      );
      const weight = Math.exp(-squares.reduce((a, b) => a + b) / 2);
      const voxel = (place[0]! * Y + place[1]!) * Z + place[2]!;
      total[voxel]! += weight;
      for (const k of [0, 1])
        sum[k * count + voxel]! += weight / (1 + Math.exp(-logit(value, at, k)));
    });
  }
  return sum.map((value, at) => value / total[at % count]!);
}

describe('predicting a whole volume', () => {
  it.each([
    { name: 'larger than a window', size: [21, 17, 40], overlap: 0.5 },
    { name: 'smaller along two axes', size: [5, 30, 7], overlap: 0.25 },
    { name: 'that fits into one window', size: [8, 6, 3], overlap: 0.5 },
  ])('is the Gaussian mean of its windows: one $name', ({ size, overlap }) => {
    const window = [16, 16, 8];
    const volume = volumeOf(size);
    using net = new Sloping();
    const found = scope(() =>
      predictVolume(net, [volume], { window, overlap, batch: 3, compute }).toArray(),
    );
    const wanted = naive(volume, window, overlap);
    expect(Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!)))).toBeLessThan(2e-6);
    expect(new Set(net.shapes.map(([, ...shape]) => shape.join('x')))).toEqual(
      new Set(['1x16x16x8']),
    );
  });

  it('keeps one value a class and voxel, and a batch of windows, whatever the size', () => {
    const size = [64, 48, 40];
    const volume = volumeOf(size);
    using net = new Sloping();
    const before = liveTensors().bytes;
    const prediction = { window: [16, 16, 16], overlap: 0.5, batch: 2, compute };
    predictVolume(net, [volume], prediction).dispose();
    const wanted = 2 * 4 * volume.voxels.length;
    expect(net.mostBytes - before).toBeGreaterThanOrEqual(wanted);
    expect(net.mostBytes - before).toBeLessThan(wanted + 8 * 4 * 16 ** 3);
    expect(liveTensors().bytes).toBe(before);
  });
});

describe('labels from probabilities', () => {
  const random = new RandomStream(4, 'probabilities');
  const values = Float32Array.from({ length: 3 * 5 * 6 * 7 }, () => random.uniform(0, 1));

  it.each([[[5, 6, 7]], [[9, 4, 7]], [[2, 13, 11]]])(
    'on a grid of %s are those of the volume interpolated at once',
    (size) => {
      noGrad(() =>
        scope(() => {
          const probabilities = tensor(values, [1, 3, 5, 6, 7]);
          const found = labelMap(
            probabilities,
            structuresOf(regionsOfLabels(['1', '2', '4'])),
            size,
          );
          const whole = interpolate(probabilities, { size }, 'linear').toArray();
          const wanted = [...found.keys()].map((i) => {
            const classes = [0, 1, 2].map((k) => whole[k * found.length + i]!);
            const best = Math.max(...classes);
            return best > 0.5 ? [1, 2, 4][classes.indexOf(best)] : 0;
          });
          expect([...found]).toEqual(wanted);
        }),
      );
    },
  );
});
