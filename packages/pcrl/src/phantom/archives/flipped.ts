/** Voxels `[X, Y, Z]` (z fastest) mirrored along some of the axes 0, 1, 2. */
export function flipped<T extends Int16Array | Uint8Array>(
  voxels: T,
  size: readonly [number, number, number],
  axes: readonly (0 | 1 | 2)[],
): T {
  const strides = [size[1] * size[2], size[2], 1] as const;
  const target = voxels.slice() as T;
  const mirrored = (at: number, axis: 0 | 1 | 2) =>
    axes.includes(axis) ? size[axis] - 1 - at : at;
  let to = 0;
  for (let x = 0; x < size[0]; x++) {
    for (let y = 0; y < size[1]; y++) {
      const row = mirrored(x, 0) * strides[0] + mirrored(y, 1) * strides[1];
      for (let z = 0; z < size[2]; z++) target[to++] = voxels[row + mirrored(z, 2)]!;
    }
  }
  return target;
}
