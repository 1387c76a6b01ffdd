import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { writeNifti } from '../../images/index.js';
import { drawAbdomenPhantom } from '../abdomen.js';
import type { Point } from '../geometry.js';
import type { PhantomArchive } from './archive.js';
import { flipped } from './flipped.js';

/** Millimetres from above the diaphragm to below the kidneys. */
const SCAN_LENGTH = 240;
/** How the file's axes run in turn: RAS, LAS, LPS. The archive has several, too. */
const MIRRORED: readonly (readonly (0 | 1 | 2)[])[] = [[], [0], [0, 1]];

/**
 * LiTS: CT of the abdomen as `volume-N.nii` and `segmentation-N.nii` (1 liver, 2 tumour), in several
 * orientations; volumes 28 to 47 carry the identity in place of their spacing, as in the archive.
 */
export const lits: PhantomArchive = {
  name: 'lits',
  title: 'LiTS',
  cases: 'scans',
  side: { usual: 192, real: 512 },
  tables: {},
  async writeCase({ folder, seed, index, side }) {
    const random = new RandomStream(seed, 'phantom lits', index);
    const inPlane = random.uniform(370, 430) / side;
    const thickness = Math.max(inPlane, random.choose([1, 1.5, 2.5, 5]));
    const size: Point = [side, side, Math.round(SCAN_LENGTH / thickness)];
    const spacing: Point = [inPlane, inPlane, thickness];
    const phantom = drawAbdomenPhantom({ seed, index, size, spacing });
    const mirrored = MIRRORED[index % MIRRORED.length]!;
    const grid = index >= 28 && index <= 47 ? falseGrid(size) : trueGrid(size, spacing, mirrored);
    const volume = flipped(phantom.voxels, size, mirrored);
    const segmentation = flipped(phantom.mask, size, mirrored);
    await writeNifti(join(folder, `volume-${index}.nii`), { ...grid, voxels: volume });
    await writeNifti(join(folder, `segmentation-${index}.nii`), { ...grid, voxels: segmentation });
    return {};
  },
};

function trueGrid(size: Point, spacing: Point, mirrored: readonly number[]) {
  const sign = (axis: number) => (mirrored.includes(axis) ? -1 : 1);
  const origin = size.map((n, axis) => -0.5 * sign(axis) * (n - 1) * spacing[axis]!);
  const direction = [sign(0), 0, 0, 0, sign(1), 0, 0, 0, sign(2)];
  return { size, spacing, origin, direction };
}

function falseGrid(size: Point) {
  return { size, spacing: [1, 1, 1] };
}
