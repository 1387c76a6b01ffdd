import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNifti } from '../images/index.js';
import { drawThoraxPhantom, type PhantomRequest, type ThoraxPhantom } from './draw.js';
import { phantomLabels } from './labels.js';

/** How many patients to draw for each purpose. */
export interface PhantomCases {
  /** Images alone, for pre-training. */
  readonly unlabelled: number;
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/** Which data set to draw. */
export interface PhantomDatasetRequest extends Omit<PhantomRequest, 'index'> {
  readonly cases: PhantomCases;
}

/** Where the parts of a written data set lie. */
export interface PhantomDataset {
  /** Folder of the images without masks. */
  readonly unlabelled: string;
  /** CSV of the images with masks: `image,patient_id,split,label`, paths relative to the CSV. */
  readonly labels: string;
}

/**
 * Draws thorax phantoms and writes them as NIfTI files:
 *
 *     unlabelled/patient-001.nii.gz ...
 *     images/patient-009.nii.gz ...     masks/patient-009.nii.gz ...
 *     labels.csv                        dataset.json: names of the values in masks
 *
 * Every image is another patient. The values in the masks are `phantomLabels`.
 */
export async function writePhantomDataset(
  folder: string,
  request: PhantomDatasetRequest,
): Promise<PhantomDataset> {
  const { cases } = request;
  for (const part of ['unlabelled', 'images', 'masks']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const rows = ['image,patient_id,split,label'];
  let index = 0;
  for (const split of ['unlabelled', 'train', 'val', 'test'] as const) {
    for (let n = 0; n < cases[split]; n++, index++) {
      const patient = `patient-${String(index + 1).padStart(3, '0')}`;
      const phantom = drawThoraxPhantom({ ...request, index });
      if (split === 'unlabelled') {
        await writeVoxels(join(folder, 'unlabelled', `${patient}.nii.gz`), phantom, phantom.voxels);
        continue;
      }
      const [image, mask] = [`images/${patient}.nii.gz`, `masks/${patient}.nii.gz`];
      await writeVoxels(join(folder, image), phantom, phantom.voxels);
      await writeVoxels(join(folder, mask), phantom, phantom.mask);
      rows.push([image, patient, split, mask].join(','));
    }
  }
  const labels = join(folder, 'labels.csv');
  await writeFile(labels, `${rows.join('\n')}\n`);
  const names = { labels: { background: 0, ...phantomLabels } };
  await writeFile(join(folder, 'dataset.json'), `${JSON.stringify(names, null, 2)}\n`);
  return { unlabelled: join(folder, 'unlabelled'), labels };
}

function writeVoxels(
  path: string,
  { size, spacing }: ThoraxPhantom,
  voxels: Int16Array | Uint8Array,
): Promise<void> {
  const origin = size.map((n, axis) => -0.5 * (n - 1) * spacing[axis]!);
  return writeNifti(path, { size, spacing, origin, voxels });
}
