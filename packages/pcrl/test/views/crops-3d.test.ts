import { describe, expect, it } from 'vitest';
import { drawCrops3D } from '../../src/views/drawing/crops-3d.js';
import { excessAir, excessTissue } from '../../src/views/drawing/tissue.js';
import { boundingBox, contains, intersectionOverUnion } from '../../src/views/index.js';
import { address, settings3D, smoothImage } from './samples.js';

/** A volume whose voxels are all tissue (1), or air (0) below some x. */
function volume(size: readonly number[], airBelow = 0, unit: readonly number[] = [1, 1, 1]) {
  const voxels = new Float32Array(size.reduce((product, side) => product * side, 1));
  const slab = size[1]! * size[2]!;
  for (let i = airBelow * slab; i < voxels.length; i++) voxels[i] = 0.9 + (i % 7) / 100;
  return { grid: { size, voxels }, unit, hounsfield: true };
}

const many = (count: number) => Array.from({ length: count }, (_, sample) => address(sample));

describe('drawCrops3D', () => {
  it('draws boxes of the listed sizes that overlap, away from the border', () => {
    const settings = settings3D({ margins: [30, 30, 10] });
    const ct = volume([230, 230, 165]);
    const seen = new Set<string>();
    for (const at of many(100)) {
      const { globals, locals } = drawCrops3D(ct, settings, at);
      expect(intersectionOverUnion(...globals)).toBeGreaterThan(0.3);
      for (const { start, size } of globals) {
        seen.add(size.join('x'));
        start.forEach((low, axis) => {
          const margin = settings.margins[axis]!;
          expect(Number.isInteger(low)).toBe(true);
          expect(low).toBeGreaterThanOrEqual(margin);
          expect(low + size[axis]!).toBeLessThanOrEqual(ct.grid.size[axis]! - margin);
        });
      }
      expect(locals).toHaveLength(6);
      expect(locals.every((local) => contains(boundingBox(globals), local))).toBe(true);
    }
    // The smallest size overlaps enough only with itself, which is rare.
    const listed = settings.cropSizes.map((size) => size.join('x'));
    expect([...seen].every((size) => listed.includes(size))).toBe(true);
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });

  it('draws local boxes of the released code: corner near the box, cut off at the end', () => {
    const settings = settings3D({ localInsideBox: false, tissueRule: 'off' });
    const ct = volume([170, 170, 90]);
    let beyond = 0;
    for (const at of many(100)) {
      const { globals, locals } = drawCrops3D(ct, settings, at);
      const around = boundingBox(globals);
      for (const local of locals) {
        local.start.forEach((low, axis) => {
          expect(low).toBeGreaterThanOrEqual(Math.max(0, around.start[axis]! - 3));
          expect(low).toBeLessThan(around.start[axis]! + around.size[axis]! + 3);
          expect(low + local.size[axis]!).toBeLessThanOrEqual(ct.grid.size[axis]!);
          expect(local.size[axis]!).toBeGreaterThan(0);
        });
        if (!contains(around, local)) beyond++;
      }
    }
    expect(beyond).toBeGreaterThan(0);
  });

  it('measures crops in millimetres', () => {
    const settings = settings3D({ cropSizes: [[64, 64, 32]] });
    const { globals } = drawCrops3D(volume([200, 200, 40], 0, [2, 2, 0.5]), settings, address(0));
    expect(globals.map(({ size }) => size)).toEqual([
      [128, 128, 16],
      [128, 128, 16],
    ]);
  });

  it('keeps what margins it can in a small volume, and reaches beyond one that is smaller still', () => {
    const settings = settings3D({ cropSizes: [[64, 64, 32]], localCropSizes: [[16, 16, 16]] });
    for (const at of many(50)) {
      const { globals } = drawCrops3D(volume([90, 66, 64]), settings, at);
      const whole = { start: [0, 0, 0], size: [90, 66, 64] };
      expect(globals.every((box) => contains(whole, box))).toBe(true);
      const small = drawCrops3D(volume([40, 70, 20]), settings, at);
      for (const { start, size } of small.globals) {
        expect(start[0]).toBeLessThanOrEqual(0);
        expect(start[0]! + size[0]!).toBeGreaterThanOrEqual(40);
        expect(start[2]).toBeLessThanOrEqual(0);
      }
      expect(
        small.locals.every((box) => contains({ start: [0, 0, 0], size: [40, 70, 20] }, box)),
      ).toBe(true);
    }
  });

  it('takes the listed sizes that fit, or stick out least', () => {
    const cropSizes = [
      [96, 96, 64],
      [64, 64, 32],
      [32, 32, 40],
    ];
    const sizesIn = (size: readonly number[]) =>
      many(40).flatMap((at) =>
        drawCrops3D(volume(size), settings3D({ cropSizes }), at).globals.map((box) =>
          box.size.join('x'),
        ),
      );
    expect(new Set(sizesIn([70, 70, 70]))).toEqual(new Set(['64x64x32', '32x32x40']));
    expect(new Set(sizesIn([40, 40, 36]))).toEqual(new Set(['32x32x40']));
  });

  it('prefers crops with tissue under the rule of the paper, and never hangs', () => {
    const settings = settings3D({ cropSizes: [[64, 64, 32]], margins: [0, 0, 0] });
    const ct = volume([260, 128, 64], 200);
    for (const at of many(20)) {
      const { globals } = drawCrops3D(ct, settings, at);
      for (const box of globals) expect(excessAir(ct.grid, box)).toBe(0);
    }
    const air = { ...ct, grid: { ...ct.grid, voxels: new Float32Array(ct.grid.voxels.length) } };
    expect(drawCrops3D(air, settings, address(0)).globals).toHaveLength(2);
  });
});

describe('the tissue rules', () => {
  const box = (x: number) => ({ start: [x, 0, 0], size: [64, 64, 32] });

  it('of the paper: at most 85 % below -150 HU', () => {
    const { grid } = volume([128, 64, 35], 64);
    expect(excessAir(grid, box(0))).toBeCloseTo(0.15, 10);
    expect(excessAir(grid, box(9))).toBeGreaterThan(0);
    expect(excessAir(grid, box(10))).toBe(0);
    expect(excessAir(grid, box(64))).toBe(0);
  });

  it('of the code: at most 15 % tissue of the crop before resizing', () => {
    const { grid } = volume([128, 64, 35], 64);
    const excess = (x: number, limit: number) => excessTissue(grid, box(x), [64, 64, 32], limit, 1);
    const full = 64 * 64 * 32;
    expect(excess(0, full)).toBe(0);
    expect(excess(9, full)).toBe(0);
    expect(excess(10, full)).toBeGreaterThan(0);
    expect(excess(64, full)).toBeCloseTo(0.85 * full, 6);
    // A first crop of 96^3 makes the limit larger than the view: nothing is refused.
    expect(excess(64, 96 ** 3)).toBe(0);
  });

  it('of the code: tissue one voxel further along z counts half, two further nothing', () => {
    const voxels = new Float32Array(4 * 4 * 11);
    for (let row = 0; row < 16; row++) voxels[row * 11 + 5] = 1;
    const grid = { size: [4, 4, 11], voxels };
    const all = { start: [0, 0, 0], size: [4, 4, 8] };
    expect(excessTissue(grid, all, [4, 4, 8], 0, 1)).toBe(16 * 1.5);
  });
});

it('redraws constant crops of volumes that are no CT', () => {
  const settings = settings3D({ cropSizes: [[16, 16, 16]], localCropSizes: [[4, 4, 4]] });
  const image = smoothImage([80, 40, 40]);
  image.voxels.fill(0, 0, 40 * 40 * 40);
  const grid = { size: image.size, voxels: image.voxels };
  for (const at of many(30)) {
    const { globals } = drawCrops3D({ grid, unit: [1, 1, 1], hounsfield: false }, settings, at);
    for (const { start } of globals) expect(start[0]! + 16).toBeGreaterThan(40);
  }
});
