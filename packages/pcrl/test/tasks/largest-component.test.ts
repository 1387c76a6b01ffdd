import { RandomStream } from '@pcrl/torch';
import { expect, it } from 'vitest';
import { largestComponent } from '../../src/tasks/largest-component.js';
import { noPython, python } from '../python.js';

it.skipIf(noPython)('is what scipy keeps and fills, large holes left open', () => {
  const random = new RandomStream(8, 'test components');
  const masks = Array.from({ length: 12 }, (_, n) => {
    const size = [4 + random.integer(7), 4 + random.integer(7), 4 + random.integer(7)];
    const length = size.reduce((product, side) => product * side, 1);
    // Thick enough for holes, thin enough for several parts.
    const chance = [0.12, 0.3, 0.6, 0.85][n % 4]!;
    const voxels = Array.from({ length }, () =>
      random.chance(chance) ? 1 + random.integer(2) : 0,
    );
    return { size, voxels };
  });
  const wanted = python<number[][]>(
    { masks, largest: 3 },
    `
import numpy as np
from scipy import ndimage
answer = []
for m in given['masks']:
    v = np.array(m['voxels']).reshape(m['size'])
    parts, count = ndimage.label(v > 0, np.ones((3, 3, 3)))
    sizes = np.bincount(parts.ravel())[1:]
    kept = np.where(parts == 1 + sizes.argmax(), v, 0)
    holes, count = ndimage.label(ndimage.binary_fill_holes(kept > 0) & (kept == 0))
    for n in range(1, count + 1):
        if (holes == n).sum() <= given['largest']: kept[holes == n] = 9
    answer.append(kept.ravel().tolist())`,
  );
  masks.forEach(({ size, voxels }, n) => {
    const found = largestComponent({ size, voxels: Uint8Array.from(voxels) }, 9, 3);
    expect([...found]).toEqual(wanted[n]);
  });
  expect(wanted.flat()).toContain(9);
});

it('leaves an empty mask empty', () => {
  expect(largestComponent({ size: [2, 2, 2], voxels: new Uint8Array(8) }, 1)).toEqual(
    new Uint8Array(8),
  );
});
