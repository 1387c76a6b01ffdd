import { basename } from 'node:path';
import { ImageError } from '../../errors.js';
import { readImageHeader } from '../../images/index.js';
import type { Case } from '../dataset.js';
import { filesBelow, namesIn } from '../folder.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';
import { someFolder } from './names.js';
import { splitArchive } from './splits.js';

const VOLUME = /^volume-(\d+)\.nii(\.gz)?$/i;
const TEST_VOLUME = /^test-volume-\d+\.nii(\.gz)?$/i;
const SEGMENTATION = /^segmentation-(\d+)\.nii(\.gz)?$/i;

/** LiTS: `volume-N.nii` and `segmentation-N.nii`, gzipped or not, in one folder or several. */
export const lits: Layout = {
  name: 'lits',
  title: 'LiTS',
  dimensions: 3,
  uses: ['unlabelled', 'segmentation'],
  recognises: (folder) =>
    someFolder(folder, 2, ({ files }) => files.some((name) => VOLUME.test(name))),
  open,
};

async function open({ folder, use, options, findings }: LayoutRequest): Promise<LayoutContent> {
  const files = await filesBelow(folder);
  const masks = byNumber(files, SEGMENTATION);
  const volumes = byNumber(files, VOLUME);
  const pairs = [...volumes].sort(([a], [b]) => a - b);
  const missing = pairs
    .filter(([number]) => !masks.has(number))
    .map(([, path]) => ({ path, reason: 'a volume without its segmentation' }));
  const usable = use === 'segmentation' ? pairs.filter(([number]) => masks.has(number)) : pairs;
  const cases = usable.map(([number, image]): Case => {
    const mask = masks.get(number);
    return { image, patient: String(number), ...(mask ? { mask } : {}) };
  });
  const names = await namesIn(folder);
  const nameOf = ({ image }: Case) => basename(image).replace(/\.nii(\.gz)?$/i, '');
  const split = await splitArchive(cases, { folder: names, options, findings, nameOf });
  const unlabelled = files.filter((path) => TEST_VOLUME.test(basename(path)));
  const testVolumes = unlabelled.map(
    (image): Case => ({ image, patient: basename(image), split: 'train' }),
  );
  return {
    cases:
      use === 'unlabelled' || use === 'prediction' ? [...split.cases, ...testVolumes] : split.cases,
    regions: [
      { name: 'liver', values: [1, 2] },
      { name: 'tumour', values: [2] },
    ],
    missing,
    notes: [
      split.note,
      ...(unlabelled.length > 0
        ? [`test volumes without masks, for pre-training only: ${unlabelled.length}`]
        : []),
      ...(await spacingNote(volumes)),
    ],
  };
}

function byNumber(files: readonly string[], pattern: RegExp): Map<number, string> {
  return new Map(
    files.flatMap((path) => {
      const number = pattern.exec(basename(path))?.[1];
      return number === undefined ? [] : [[Number(number), path] as const];
    }),
  );
}

/** Volumes 28 to 47 of the archive carry the identity in place of their orientation and spacing. */
async function spacingNote(volumes: ReadonlyMap<number, string>): Promise<string[]> {
  const doubtful: number[] = [];
  for (let number = 28; number <= 47; number++) {
    const path = volumes.get(number);
    if (path !== undefined && (await isOneMillimetre(path))) doubtful.push(number);
  }
  if (doubtful.length === 0) return [];
  return [
    `volumes ${doubtful.join(', ')} claim voxels of 1 mm and an identity orientation, which is not true: ` +
      'their real spacing is not in the file',
  ];
}

async function isOneMillimetre(path: string): Promise<boolean> {
  try {
    return (await readImageHeader(path)).spacing.every((mm) => mm === 1);
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}
