import type { Cuttable } from './plane.js';

/** The axial slice in which a mask covers most; the middle one where it is empty. */
export function fullestSlice({ size, voxels }: Pick<Cuttable<Uint8Array>, 'size' | 'voxels'>) {
  const depth = size[2]!;
  const counts = new Uint32Array(depth);
  for (let i = 0; i < voxels.length; i++) if (voxels[i] !== 0) counts[i % depth]! += 1;
  const most = counts.reduce((highest, count) => Math.max(highest, count), 0);
  return most > 0 ? counts.indexOf(most) : depth >> 1;
}
