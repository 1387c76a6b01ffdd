import { open, readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { isDicom, isImageCompanion, isImageFolder, isImagePath } from '../images/index.js';
import type { Candidate } from './candidate.js';
import { dicomAmong } from './dicom-folders.js';
import { isOwnFolder } from './own-folders.js';

export interface FolderListing {
  /** Paths of the images, sorted; those in DICOM come first. */
  readonly candidates: readonly Candidate[];
  /** How many files of other kinds there are, by extension. */
  readonly others: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/** Lists the images in a folder and the folders below it, always in the same order. */
export async function listFolder(folder: string): Promise<FolderListing> {
  const passedOver: string[] = [];
  const dicom = await dicomAmong(await filesBelow(folder, passedOver));
  const candidates = [...dicom.candidates];
  const others = new Map<string, number>();
  for (const path of dicom.others) {
    const kind = extname(path).toLowerCase() || 'no extension';
    if (isImagePath(path)) candidates.push({ image: path, shown: path });
    // The data half of an .mhd belongs to an image that is listed.
    else if (!isImageCompanion(path)) others.set(kind, (others.get(kind) ?? 0) + 1);
  }
  const notes = passedOver.map((path) => `passed over, as pcrl wrote it: ${path}`);
  return { candidates, others, notes: [...dicom.notes, ...notes] };
}

/**
 * The files in a folder and the folders below it, sorted; a folder that is one image counts as a file.
 * Hidden files and folders are skipped. Links are followed (one that leads nowhere counts as a file), those to folders only where they lead to
 * something that is not listed anyway: they may form circles. What pcrl wrote is passed over.
 *
 * @param passedOver gets the folders that pcrl wrote
 */
export async function filesBelow(folder: string, passedOver: string[] = []): Promise<string[]> {
  const files: string[] = [];
  const followed = [await realpath(folder)];

  const visit = async (current: string): Promise<void> => {
    const found = await namesIn(current, followed);
    if (current !== folder && isOwnFolder([...found.files, ...found.folders])) {
      passedOver.push(current);
      return;
    }
    const { files: names, folders } = found;
    const isFolder = new Set(folders.filter((name) => !isImageFolder(name)));
    for (const name of [...names, ...folders].sort(byCodeUnit)) {
      const path = join(current, name);
      if (isFolder.has(name)) await visit(path);
      else files.push(path);
    }
  };
  await visit(folder);
  return files;
}

/** What lies directly in a folder. */
export interface FolderNames {
  readonly path: string;
  /** Names of files, and of links to files, sorted. */
  readonly files: readonly string[];
  /** Names of folders, and of links to folders, sorted. */
  readonly folders: readonly string[];
}

/**
 * The names in a folder, hidden ones left out.
 *
 * @param followed real paths of folders that are listed already; a link into one of them, or to one that
 *   holds it, is left out, and what other links lead to is added
 */
export async function namesIn(folder: string, followed: string[] = []): Promise<FolderNames> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isFile()) files.push(entry.name);
    else if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isSymbolicLink()) {
      const target = await linkTarget(join(folder, entry.name));
      if (target?.kind === 'file' || target?.kind === 'nothing') files.push(entry.name);
      if (target?.kind !== 'folder' || followed.some((known) => overlap(known, target.path)))
        continue;
      followed.push(target.path);
      folders.push(entry.name);
    }
  }
  return { path: folder, files: files.sort(byCodeUnit), folders: folders.sort(byCodeUnit) };
}

/** Comparing code units, not words of a language: the order is the same on every machine. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

async function linkTarget(path: string) {
  const found = await stat(path).catch(() => undefined);
  // Reading it says so; left out, an image would be missing without a word.
  if (!found) return { kind: 'nothing', path } as const;
  if (found.isFile()) return { kind: 'file', path } as const;
  return found.isDirectory()
    ? ({ kind: 'folder', path: await realpath(path) } as const)
    : undefined;
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(b + sep) || b.startsWith(a + sep);
}

/** Whether a path, after links, is a file that exists, or names an image that is a folder or in one. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() || (found?.isDirectory() && isImageFolder(path)) || isDicom(path);
}

const LONGEST_LINE = 4096;

/** The first line of a text file, at most 4096 bytes of it. */
export async function firstLine(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, 0);
    return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? '';
  } finally {
    await file.close();
  }
}
