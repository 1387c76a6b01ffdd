import { RandomStream } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { squaredDistances } from '../../src/metrics/distance-transform.js';
import { hausdorff95 } from '../../src/metrics/index.js';
import { noPython, python } from '../python.js';

interface Sample {
  readonly size: number[];
  readonly spacing: number[];
  readonly prediction: number[];
  readonly truth: number[];
}

/** Balls at random places, some of them reaching the edge, and scattered voxels. */
const samples: Sample[] = Array.from({ length: 12 }, (_, n) => {
  const random = new RandomStream(21, 'hausdorff test', n);
  const size = [6 + random.integer(9), 5 + random.integer(9), 4 + random.integer(9)];
  const spacing = n === 0 ? [1, 1, 1] : size.map(() => random.uniform(0.4, 3));
  const mask = () => {
    const centre = size.map((side) => random.uniform(0, side));
    const radius = random.uniform(1.5, 5);
    return Array.from({ length: size[0]! * size[1]! * size[2]! }, (_, i) => {
      const [z, row] = [i % size[2]!, Math.floor(i / size[2]!)];
      const at = [Math.floor(row / size[1]!), row % size[1]!, z];
      const distance = Math.hypot(...at.map((value, axis) => value - centre[axis]!));
      return distance < radius || (n > 7 && random.chance(0.02)) ? 2 : random.integer(2);
    });
  };
  return { size, spacing, prediction: mask(), truth: mask() };
});

/** Pictures: one slice of each sample. */
const flat: Sample[] = samples.map(({ size, spacing, prediction, truth }) => {
  const slice = size[1]! * size[2]!;
  return {
    size: size.slice(1),
    spacing: spacing.slice(1),
    prediction: prediction.slice(2 * slice, 3 * slice),
    truth: truth.slice(2 * slice, 3 * slice),
  };
});

describe('the distance transform', () => {
  it.skipIf(noPython)('agrees with scipy on anisotropic grids', () => {
    const wanted = python<number[][]>(
      samples,
      `
from scipy.ndimage import distance_transform_edt
answer = [distance_transform_edt(np.array(s['truth']).reshape(s['size']) != 2, sampling=s['spacing']).ravel().tolist() for s in given]`,
    );
    samples.forEach(({ size, spacing, truth }, n) => {
      const marked = Uint8Array.from(truth, (label) => Number(label === 2));
      if (!marked.includes(1)) return;
      squaredDistances(marked, size, spacing).forEach((squared, i) => {
        expect(Math.abs(Math.sqrt(squared) - wanted[n]![i]!)).toBeLessThan(1e-9);
      });
    });
  });
});

describe('hausdorff95', () => {
  it.skipIf(noPython)('agrees with scipy in volumes and in pictures', () => {
    const all = [...samples, ...flat];
    const wanted = python<(number | null)[]>(
      all,
      `
from scipy.ndimage import binary_erosion, distance_transform_edt
answer = []
for s in given:
    P, T = (np.array(s[k]).reshape(s['size']) == 2 for k in ('prediction', 'truth'))
    if not P.any() or not T.any():
        answer.append(0.0 if not P.any() and not T.any() else None)
        continue
    p, t = P & ~binary_erosion(P), T & ~binary_erosion(T)
    d = lambda a, b: np.percentile(distance_transform_edt(~b, sampling=s['spacing'])[a], 95)
    answer.append(float(max(d(p, t), d(t, p))))`,
    );
    all.forEach(({ size, spacing, prediction, truth }, n) => {
      const masks = [Uint8Array.from(prediction), Uint8Array.from(truth)] as const;
      const found = hausdorff95(...masks, { size, spacing }, 2);
      if (wanted[n] === null) expect(found).toBeUndefined();
      else expect(Math.abs(found! - wanted[n]!)).toBeLessThan(1e-9);
    });
  });

  it('is 0 for two empty masks and undefined for one', () => {
    const grid = { size: [2, 2, 2], spacing: [1, 2, 3] };
    const [empty, full] = [new Uint8Array(8), new Uint8Array(8).fill(1)];
    expect(hausdorff95(empty, empty, grid, 1)).toBe(0);
    expect(hausdorff95(full, empty, grid, 1)).toBeUndefined();
    expect(hausdorff95(empty, full, grid, 1)).toBeUndefined();
    expect(hausdorff95(full, full, grid, 1)).toBe(0);
    expect(() => hausdorff95(full, new Uint8Array(9), grid, 1)).toThrow(/9 voxels/);
  });
});
