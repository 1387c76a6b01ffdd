import type { Canvas } from '../canvas.js';
import { acrossAxis, depthAxis, pixelSize, type View } from './view.js';

/** Attenuation of water for a chest X-ray's beam, per millimetre. */
const WATER = 0.0195;

/** Attenuation of a tissue, per millimetre. Bone's calcium takes more of a soft beam than of a CT's. */
export function attenuation(hounsfield: number): number {
  const dense = Math.max(0, hounsfield - 300);
  return WATER * Math.max(0, 1 + (hounsfield + 0.6 * dense) / 1000);
}

/**
 * Sums the attenuation of a volume along the rays of a view.
 *
 * @returns line integrals, `[side, side]`, rows from the head down, linearly between the volume's columns
 */
export function projectVolume(canvas: Canvas, view: View): Float32Array {
  const columns = sumColumns(canvas, view);
  const { side, field } = view;
  const across = acrossAxis(view);
  const [width, height] = [canvas.size[across], canvas.size[2]];
  const size = pixelSize(view);
  const film = new Float32Array(side * side);
  const place = (pixel: number, spacing: number, count: number) => {
    const at = (0.5 * field - (pixel + 0.5) * size) / spacing + (count - 1) / 2;
    return Math.min(count - 1.001, Math.max(0, at));
  };
  for (let v = 0; v < side; v++) {
    const z = place(v, canvas.spacing[2], height);
    const low = Math.floor(z);
    const shareZ = z - low;
    for (let u = 0; u < side; u++) {
      const h = place(u, canvas.spacing[across], width);
      const left = Math.floor(h);
      const share = h - left;
      const at = left * height + low;
      const near = columns[at]! * (1 - shareZ) + columns[at + 1]! * shareZ;
      const far = columns[at + height]! * (1 - shareZ) + columns[at + height + 1]! * shareZ;
      film[v * side + u] = near * (1 - share) + far * share;
    }
  }
  return film;
}

/** Line integrals `[across, z]` on the volume's own grid. */
function sumColumns({ voxels, size, spacing }: Canvas, view: View): Float32Array {
  const [sizeX, sizeY, sizeZ] = size;
  const across = acrossAxis(view);
  const length = spacing[depthAxis(view)];
  const sums = new Float32Array(size[across] * sizeZ);
  let voxel = 0;
  for (let x = 0; x < sizeX; x++) {
    for (let y = 0; y < sizeY; y++) {
      const row = (across === 0 ? x : y) * sizeZ;
      for (let z = 0; z < sizeZ; z++) {
        sums[row + z]! += length * attenuation(voxels[voxel++]!);
      }
    }
  }
  return sums;
}
