import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isImageCompanion, isImageFolder, isImagePath } from '../images/index.js';

export interface FolderListing {
  /** Paths of the images, sorted. */
  readonly images: readonly string[];
  /** How many files of other kinds there are, by extension. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Lists the images in a folder and the folders below it, always in the same order. Hidden files and
 * folders are skipped; links to files are followed, links to folders are not (they may form circles).
 */
export async function listFolder(folder: string): Promise<FolderListing> {
  const images: string[] = [];
  const others = new Map<string, number>();
  for (const path of await filesBelow(folder)) {
    const kind = extname(path).toLowerCase() || 'no extension';
    if (isImagePath(path)) images.push(path);
    // The data half of an .mhd belongs to an image that is listed.
    else if (!isImageCompanion(path)) others.set(kind, (others.get(kind) ?? 0) + 1);
  }
  return { images, others };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter((entry) => !entry.name.startsWith('.'));
  // Comparing code units, not words of a language: the order is the same on every machine.
  visible.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of visible) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && isImageFolder(entry.name)) files.push(path);
    else if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (entry.isFile() || (await isFile(path))) files.push(path);
  }
  return files;
}

/** Whether a path, after links, is a file that exists. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
