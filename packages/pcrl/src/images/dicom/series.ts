import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError } from '../../errors.js';
import { unreadable } from '../bytes.js';
import { type Group, groupFiles } from './group.js';
import { openIfDicom } from './open-file.js';
import { describeImageFile, type ImageFile, seriesOf } from './slices.js';

/** An image in a folder of DICOM files, with the path that names it. */
export interface AddressedGroup {
  readonly address: string;
  readonly group: Group;
}

/** A DICOM file that should hold an image, and cannot be read. */
export interface RefusedFile {
  readonly path: string;
  readonly reason: string;
  /** Undefined where the header does not get as far as that: it may be of any series. */
  readonly series: string | undefined;
}

export interface SeriesFolder {
  readonly images: readonly AddressedGroup[];
  readonly refused: readonly RefusedFile[];
}

/** Headers that are read side by side. */
const AT_ONCE = 16;

/**
 * Reads the headers of the DICOM files that lie in a folder (not below it), whatever their names.
 * Files of other kinds are passed over.
 *
 * @throws ImageError when the folder cannot be read
 */
export async function openSeriesFolder(folder: string): Promise<SeriesFolder> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files: ImageFile[] = [];
  const refused: RefusedFile[] = [];
  const left = entries
    .filter((entry) => !entry.isDirectory() && !isNoImage(entry.name))
    .map((entry) => join(folder, entry.name));
  const reader = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const found = await describeIfImage(path);
      if (found && 'reason' in found) refused.push(found);
      else if (found) files.push(found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  // Reading ends in any order; names put the files in one.
  const groups = groupFiles(files.sort(byPath));
  return { images: addressed(folder, groups), refused: refused.sort(byPath) };
}

/** Why a volume of a series may lack slices: files of it that cannot be read, in words. */
export function blocking(series: string, refused: readonly RefusedFile[]): string[] {
  const suspects = refused.filter((file) => file.series === undefined || file.series === series);
  const [first] = suspects;
  if (!first) return [];
  const others = suspects.length > 1 ? ` (and ${suspects.length - 1} more)` : '';
  return [
    `${first.path}, which may be one of its slices, cannot be read${others}: ${first.reason}`,
  ];
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}

/** DICOMDIR is an index of other files. */
function isNoImage(name: string): boolean {
  return name.startsWith('.') || name.toUpperCase() === 'DICOMDIR';
}

/**
 * Names: the folder where all of it is one series, `FOLDER#SERIES` where it holds several, with `:2`,
 * `:3` for further groups of a series (localizers, other orientations), and a picture's own path.
 */
function addressed(folder: string, groups: readonly Group[]): AddressedGroup[] {
  const series = new Set(groups.map((group) => group.series)).size;
  const counts = new Map<string, number>();
  return groups.map((group): AddressedGroup => {
    if (group.dimensions === 2) return { address: group.slices[0]!.file.path, group };
    const number = (counts.get(group.series) ?? 0) + 1;
    counts.set(group.series, number);
    if (number > 1) return { address: `${folder}#${group.series}:${number}`, group };
    return { address: series === 1 ? folder : `${folder}#${group.series}`, group };
  });
}

async function describeIfImage(path: string): Promise<ImageFile | RefusedFile | undefined> {
  let series: string | undefined;
  try {
    const opened = await openIfDicom(path);
    if (!opened?.pixels) return undefined;
    series = seriesOf(opened.data);
    return describeImageFile(opened);
  } catch (error) {
    if (error instanceof ImageError) return { path, reason: error.reason, series };
    throw error;
  }
}
