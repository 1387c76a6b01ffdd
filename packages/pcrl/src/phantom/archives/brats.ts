import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { writeNifti } from '../../images/index.js';
import { brainContrasts } from '../brain/contrasts.js';
import { drawBrainPhantom } from '../brain/draw.js';
import type { Point } from '../geometry.js';
import type { PhantomArchive } from './archive.js';
import { flipped } from './flipped.js';

const TOP = 'MICCAI_BraTS_2018_Data_Training';
const SURVIVAL = `${TOP}/survival_data.csv`;
/** Millimetres along x, y, z: 240 x 240 x 155 voxels of 1 mm at full size. */
const FIELD: Point = [240, 240, 155];

/**
 * BraTS 2018: four co-registered MR contrasts of a skull-stripped brain and a mask of its glioma, three
 * cases of high grade (HGG) to one of low grade (LGG); ages and survival of those of high grade.
 */
export const brats: PhantomArchive = {
  name: 'brats',
  title: 'BraTS 2018',
  cases: 'scans',
  side: { usual: 240, real: 240 },
  tables: { [SURVIVAL]: 'Brats18ID,Age,Survival,ResectionStatus' },
  async writeCase({ folder, seed, index, side }) {
    const high = index % 4 !== 3;
    const name = `Brats18_PCRL_${String(index + 1).padStart(3, '0')}_1`;
    const inside = join(folder, TOP, high ? 'HGG' : 'LGG', name);
    await mkdir(inside, { recursive: true });
    const spacing = FIELD[0] / side;
    const size: Point = [side, side, Math.round(FIELD[2] / spacing)];
    const request = { seed, index, size, spacing: [spacing, spacing, spacing] as const };
    const phantom = drawBrainPhantom({ ...request, grade: high ? 'high' : 'low' });
    const grid = {
      size,
      spacing: request.spacing,
      // The archive's voxels run to the left and to the back.
      origin: [0, FIELD[1] - spacing, 0],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    };
    const write = (part: string, voxels: Int16Array | Uint8Array) =>
      writeNifti(join(inside, `${name}_${part}.nii.gz`), {
        ...grid,
        voxels: flipped(voxels, size, [0, 1]),
      });
    for (const contrast of brainContrasts) await write(contrast, phantom.contrasts[contrast]);
    await write('seg', phantom.mask);
    return high ? { [SURVIVAL]: [survivalLine(name, seed, index)] } : {};
  },
};

function survivalLine(name: string, seed: number, index: number): string {
  const random = new RandomStream(seed, 'phantom survival', index);
  const age = random.uniform(35, 82).toFixed(3);
  const days = 30 + Math.round(-400 * Math.log(1 - random.uniform()));
  return [name, age, days, random.choose(['GTR', 'STR', 'NA'])].join(',');
}
