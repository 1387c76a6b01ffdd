import { basename, join } from 'node:path';
import { type FolderNames, namesIn } from '../folder.js';

/** Folders of each level that a search looks into: the first ones stand for the others. */
const LOOKED_INTO = 3;

/**
 * Whether a folder, or one of the first folders in it, has names that satisfy a test.
 *
 * @param depth levels below the folder that are looked at
 */
export async function someFolder(
  folder: FolderNames,
  depth: number,
  test: (names: FolderNames) => boolean,
): Promise<boolean> {
  if (test(folder)) return true;
  if (depth === 0) return false;
  for (const name of folder.folders.slice(0, LOOKED_INTO)) {
    if (await someFolder(await namesIn(join(folder.path, name)), depth - 1, test)) return true;
  }
  return false;
}

/** A file's name without the folder and without the ending of a volume. */
export function volumeName(path: string): string {
  return basename(path).replace(/\.(nii(\.gz)?|mh[ad])$/i, '');
}

/** Whether a name is that of a NIfTI file. */
export function isNifti(name: string): boolean {
  return /\.nii(\.gz)?$/i.test(name);
}
