import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError } from '../../errors.js';
import { readHead } from '../bytes.js';
import type { ImageFormat } from '../format.js';
import { groupFiles } from './group.js';
import { openFolderFor } from './known-folder.js';
import { hasDicomMagic, openDicom } from './open-file.js';
import { dicomPictureHeader, readDicomPicture } from './picture.js';
import { type AddressedGroup, blocking, type SeriesFolder } from './series.js';
import { describeImageFile, type ImageFile } from './slices.js';
import { type Stack, stackOf } from './stack.js';
import { dicomVolumeHeader, readDicomVolume } from './volume.js';

/**
 * DICOM: one file, or a series of slices.
 *
 * A path names a file (a picture, or a volume where its frames have places in the patient), a folder
 * that holds one series, or `FOLDER#SERIES_INSTANCE_UID` where it holds several.
 */
export const dicom: ImageFormat = {
  name: 'DICOM',
  extensions: ['.dcm', '.dicom', '.ima'],
  dimensions: 'by content',
  claims: isDicom,
  async read(path, { colour = 'grey' }) {
    const found = await resolveImage(path);
    if ('picture' in found) return { ...(await readDicomPicture(found.picture, colour)), path };
    return readDicomVolume(path, found.stack);
  },
  async readHeader(path) {
    const found = await resolveImage(path);
    if ('picture' in found) return { ...dicomPictureHeader(found.picture), path };
    return dicomVolumeHeader(path, found.stack);
  },
};

type Resolved = { readonly picture: ImageFile } | { readonly stack: Stack };

async function resolveImage(path: string): Promise<Resolved> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    return fromFolder(path, { folder: path, series: undefined, number: 1 });
  }
  const address = found ? undefined : splitAddress(path);
  return address ? fromFolder(path, address) : fromFile(path);
}

async function fromFile(path: string): Promise<Resolved> {
  const file = describeImageFile(await openDicom(path));
  const groups = groupFiles([file]);
  const [first] = groups;
  if (groups.length > 1) {
    const counts = groups.map((group) => group.slices.length).join(', ');
    throw new ImageError(
      path,
      `its ${file.format.frames} frames are ${groups.length} stacks of other orientations (${counts})`,
      'Export each of them as a series of its own.',
    );
  }
  return first?.dimensions === 3 ? { stack: stackOf(first) } : { picture: file };
}

async function fromFolder(path: string, address: Address): Promise<Resolved> {
  const content = await openFolderFor(address.folder, (known) => imageAt(address, known));
  const { images, refused } = content;
  const image = imageAt(address, content);
  if (!image) throw unnamed(path, images, refused[0]?.reason);
  const { group } = image;
  if (group.dimensions === 2) return { picture: group.slices[0]!.file };
  const stack = stackOf(group);
  return { stack: { ...stack, problems: [...stack.problems, ...blocking(group.series, refused)] } };
}

function imageAt(
  { series, number }: Address,
  { images }: SeriesFolder,
): AddressedGroup | undefined {
  const only = new Set(images.map(({ group }) => group.series)).size === 1;
  const fitting = images.filter(({ group }) => (series ? group.series === series : only));
  const volumes = fitting.filter(({ group }) => group.dimensions === 3);
  return volumes[number - 1] ?? (fitting.length === 1 ? fitting[0] : undefined);
}

/**
 * The files of the image that `FOLDER#SERIES` names; undefined for other paths.
 *
 * @throws ImageError when there is none, or its slices are no volume
 */
export async function filesOfSeries(path: string): Promise<readonly string[] | undefined> {
  if (await stat(path).catch(() => undefined)) return undefined;
  const address = splitAddress(path);
  if (!address) return undefined;
  const found = await fromFolder(path, address);
  if ('picture' in found) return [found.picture.path];
  return [...new Set(found.stack.slices.map(({ file }) => file.path))];
}

interface Address {
  readonly folder: string;
  readonly series: string | undefined;
  /** Counts the stacks of a series, from 1. */
  readonly number: number;
}

/** The folder of a series that is named as `FOLDER#SERIES`; undefined for other paths. */
export function folderOfSeries(path: string): string | undefined {
  return splitAddress(path)?.folder;
}

/** Takes `FOLDER#SERIES` or `FOLDER#SERIES:2` apart. */
function splitAddress(path: string): Address | undefined {
  const [, folder, series, number] = /^(.+)#([0-9A-Za-z._]+)(?::(\d+))?$/.exec(path) ?? [];
  return folder === undefined ? undefined : { folder, series, number: Number(number ?? 1) };
}

const SHOWN = 5;

function unnamed(
  path: string,
  images: readonly AddressedGroup[],
  reason: string | undefined,
): ImageError {
  const names = images.slice(0, SHOWN).map(({ address }) => address);
  if (images.length > SHOWN) names.push(`and ${images.length - SHOWN} more`);
  const remedy = names.length > 0 ? `Name one of them:\n  ${names.join('\n  ')}` : '';
  const holds = images.length === 1 ? 'one other image' : `${images.length} images`;
  const nothing = `holds no DICOM image that can be read${reason ? ` (${reason})` : ''}`;
  return new ImageError(path, images.length > 0 ? `the folder holds ${holds}` : nothing, remedy);
}

/** Files of a folder that are looked at before it is taken for no DICOM series. */
const LOOKED_AT = 64;

/** Whether a path is DICOM: by the mark in a file, or in the first files of the folder that it names. */
export async function isDicom(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return startsAsDicom(path);
  const folder = found?.isDirectory() ? path : splitAddress(path)?.folder;
  if (folder === undefined) return false;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
  const looks = files.slice(0, LOOKED_AT).map(({ name }) => startsAsDicom(join(folder, name)));
  return (await Promise.all(looks)).includes(true);
}

async function startsAsDicom(path: string): Promise<boolean> {
  const head = await readHead(path, 132).catch(() => undefined);
  return head !== undefined && hasDicomMagic(head);
}
