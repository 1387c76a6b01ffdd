import { readImageNode } from '@itk-wasm/image-io';
import { expect } from 'vitest';
import type { Image } from '../../src/images/index.js';

/**
 * Expects that ITK finds the same value at the same place of the patient for many of the voxels of a
 * file. ITK keeps the file's axis order and its world is LPS.
 */
export async function expectAsItk(path: string, image: Image): Promise<void> {
  const itk = await readImageNode(path);
  const [width, height, depth = 1] = itk.size as [number, number, number?];
  const direction = itk.direction as Float64Array;
  const rank = itk.size.length;
  const data = itk.data as Float32Array;
  expect(image.voxels.length, path).toBe(data.length);
  const stride = Math.max(1, Math.floor(data.length / 2000)) | 1;
  for (let at = 0; at < data.length; at += stride) {
    const index = [at % width, Math.floor(at / width) % height, Math.floor(at / width / height)];
    expect(index[2]).toBeLessThan(depth);
    const world = [0, 1, 2].map((row) => {
      if (row >= rank) return 0;
      const steps = itk.size.map(
        (_, axis) => direction[row * rank + axis]! * itk.spacing[axis]! * index[axis]!,
      );
      const lps = itk.origin[row]! + steps.reduce((sum, step) => sum + step, 0);
      return row < 2 ? -lps : lps;
    });
    expect(valueAt(image, world), `${path} at ${index}`).toBe(Math.fround(Number(data[at]!)));
  }
}

/** The voxel at a place in RAS+ millimetres, which must be the centre of one. */
function valueAt(image: Image, world: readonly number[]): number | undefined {
  const index = [0, 1, 2].map((axis) => {
    const along = [0, 1, 2].map(
      (row) => image.direction[row * 3 + axis]! * (world[row]! - image.origin[row]!),
    );
    return along.reduce((sum, step) => sum + step, 0) / image.spacing[axis]!;
  });
  const whole = index.map(Math.round);
  expect(index).toEqual(whole.map((value) => expect.closeTo(value, 3)));
  const [x, y, z] = whole as [number, number, number];
  return image.voxels[(x * image.size[1]! + y) * image.size[2]! + z];
}
