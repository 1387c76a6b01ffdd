import { relative, sep } from 'node:path';
import { isImagePath } from '../images/index.js';
import type { Candidate } from './candidate.js';
import type { Case, Split } from './dataset.js';
import { filesBelow } from './folder.js';
import { IMAGES_FOLDER, MASKS_FOLDER, type Source } from './source.js';

/** Names of folders that say which part of the data they hold. */
const SPLITS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** More folders than this, or folders of one image each, are patients or studies, not classes. */
const MOST_CLASSES = 100;

/** A folder of images whose places say what they show. */
export interface LabelledFolder {
  /** Empty for masks. */
  readonly labelNames: readonly string[];
  /** Every case has one of the classes. */
  readonly exclusive?: true;
  readonly cases: readonly Case[];
}

/** What a folder says of its images, where it is all that was opened. */
export async function folderLabels({
  sources,
  archives,
}: {
  readonly sources: readonly Source[];
  readonly archives: readonly unknown[];
}): Promise<LabelledFolder | undefined> {
  const [source, ...others] = sources;
  if (!source || others.length + archives.length > 0) return undefined;
  return labelledFolder(source);
}

/** A folder with folders of masks, or else a folder for each class; undefined where it is neither. */
export async function labelledFolder(source: Source): Promise<LabelledFolder | undefined> {
  if (source.kind !== 'folder') return undefined;
  return (await maskFolders(source)) ?? classFolders(source);
}

/**
 * A folder with a folder for each class, perhaps in folders `train`, `val` and `test`.
 *
 * @returns undefined where the images are not laid out like this
 */
export function classFolders({ path, candidates }: Source): LabelledFolder | undefined {
  const placed = candidates.map((candidate) => ({ candidate, ...placeOf(path, candidate) }));
  const labelNames = [...new Set(placed.map(({ name }) => name ?? ''))].sort();
  if (labelNames.length < 2 || labelNames.includes('')) return undefined;
  if (labelNames.length > Math.min(MOST_CLASSES, candidates.length / 2)) return undefined;
  const cases = placed.map(({ candidate, name, split }): Case => {
    const { image, patient } = candidate;
    const labels = labelNames.map((each) => Number(each === name));
    return { image, labels, ...(patient ? { patient } : {}), ...(split ? { split } : {}) };
  });
  return { labelNames, exclusive: true, cases };
}

function placeOf(folder: string, { image }: Candidate): { name?: string; split?: Split } {
  const [first = '', ...inner] = relative(folder, image).split(sep).slice(0, -1);
  const split = SPLITS.get(first.toLowerCase());
  const name = split ? inner[0] : first;
  return { ...(name ? { name } : {}), ...(split ? { split } : {}) };
}

/**
 * Folders `images` and `masks` beside each other (`labels`, `segmentations`, and nnU-Net's `imagesTr` and
 * `labelsTr` as well): the mask of an image is the file of its name, whatever its ending.
 *
 * @returns undefined where no image has a mask
 */
export async function maskFolders({
  path,
  candidates,
}: Source): Promise<LabelledFolder | undefined> {
  const hasImages = candidates.some(({ image }) => keyOf(path, image, IMAGES_FOLDER) !== undefined);
  if (!hasImages) return undefined;
  const masks = new Map<string, string>();
  for (const file of await filesBelow(path)) {
    const key = isImagePath(file) ? keyOf(path, file, MASKS_FOLDER) : undefined;
    if (key !== undefined) masks.set(key, file);
  }
  const cases = candidates.flatMap(({ image, patient }): Case[] => {
    const key = keyOf(path, image, IMAGES_FOLDER);
    const mask = key === undefined ? undefined : (masks.get(key) ?? masks.get(withoutChannel(key)));
    if (key === undefined || mask === undefined) return [];
    const split = splitIn(key);
    return [{ image, mask, ...(patient ? { patient } : {}), ...(split ? { split } : {}) }];
  });
  return cases.length > 0 ? { labelNames: [], cases } : undefined;
}

/** What an image and its mask have in common: the part, the folders inside, and the name without its ending. */
function keyOf(folder: string, file: string, kind: RegExp): string | undefined {
  const parts = relative(folder, file).split(sep);
  const at = parts.findIndex((part) => kind.test(part));
  if (at < 0 || at === parts.length - 1) return undefined;
  const part = (kind.exec(parts[at]!)?.at(-1) ?? '').toLowerCase();
  const stem = parts.at(-1)!.replace(/(\.nii)?\.[^.]+$/i, '');
  return [...parts.slice(0, at), part, ...parts.slice(at + 1, -1), stem].join('/');
}

/** nnU-Net numbers the channels of an image in its name, and not in that of its mask. */
function withoutChannel(key: string): string {
  return key.replace(/_0000$/, '');
}

function splitIn(key: string): Split | undefined {
  const parts = key.split('/').slice(0, -1);
  if (parts.includes('ts')) return 'test';
  return parts.map((part) => SPLITS.get(part.toLowerCase())).find((split) => split !== undefined);
}
