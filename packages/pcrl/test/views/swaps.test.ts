import { describe, expect, it } from 'vitest';
import { drawAppearance3D } from '../../src/views/drawing/appearance-3d.js';
import type { SwapOfPatches } from '../../src/views/drawing/plan.js';
import { fillSwapMap } from '../../src/views/drawing/swap-map.js';
import { address, settings3D } from './samples.js';

const size = [64, 64, 32] as const;
const patch = [8, 4, 4] as const;

/** The swaps one after the other on the voxels themselves, voxel by voxel. */
function swapped(voxels: Float32Array, swaps: readonly SwapOfPatches[]): Float32Array {
  let current = voxels;
  for (const [one, other] of swaps) {
    const next = current.slice();
    const copy = (from: readonly number[], to: readonly number[]) => {
      for (let x = 0; x < patch[0]; x++) {
        for (let y = 0; y < patch[1]; y++) {
          for (let z = 0; z < patch[2]; z++) {
            next[at(to, x, y, z)] = current[at(from, x, y, z)]!;
          }
        }
      }
    };
    copy(one, other);
    copy(other, one);
    current = next;
  }
  return current;
}

function at(corner: readonly number[], x: number, y: number, z: number): number {
  return ((corner[0]! + x) * size[1] + corner[1]! + y) * size[2] + corner[2]! + z;
}

describe('swapped patches', () => {
  const settings = settings3D();
  const { swaps } = drawAppearance3D(settings, address(3), 0);

  it('are one index map that equals all swaps in turn', () => {
    const voxels = Float32Array.from({ length: 64 * 64 * 32 }, (_, i) => i);
    const map = new Int32Array(voxels.length);
    fillSwapMap(map, swaps, size, patch);
    expect(swapped(voxels, swaps).every((value, i) => value === voxels[map[i]!]!)).toBe(true);
  });

  it('are a permutation where no two patches of a swap overlap', () => {
    const apart = swaps.filter(([a, b]) => a.some((v, i) => Math.abs(v - b[i]!) >= patch[i]!));
    const map = new Int32Array(64 * 64 * 32);
    fillSwapMap(map, apart, size, patch);
    expect(map.toSorted().every((value, i) => value === i)).toBe(true);
  });

  it('start below size - patch, at two different places, on global views only', () => {
    expect(swaps).toHaveLength(100);
    for (const [a, b] of swaps) {
      for (const corner of [a, b]) {
        expect(corner.every((value, axis) => value < size[axis]! - patch[axis]!)).toBe(true);
      }
      expect(a).not.toEqual(b);
    }
    expect(drawAppearance3D(settings, address(3), 2).swaps).toHaveLength(0);
    const onLocals = settings3D({}, 'paper');
    expect(drawAppearance3D(onLocals, address(3), 2).swaps).toHaveLength(100);
  });

  it('are left out where a patch fills the view', () => {
    const filled = settings3D({ swap: { patch: [64, 64, 32] } });
    expect(drawAppearance3D(filled, address(0), 0).swaps).toHaveLength(0);
  });
});
