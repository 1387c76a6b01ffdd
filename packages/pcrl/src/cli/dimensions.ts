import { open, stat } from 'node:fs/promises';
import { readDescription } from '../datasets/cache/description.js';
import { filesBelow } from '../datasets/folder.js';
import { recogniseLayout } from '../datasets/layouts/recognise.js';
import { dimensionsOfData } from '../datasets/open.js';
import { noRows, tableIn } from '../datasets/source.js';
import { SettingsError } from '../errors.js';
import { imageDimensions } from '../images/index.js';

/** How far into a list or a CSV file to look for the name of an image. */
const BYTES_TO_READ = 65_536;

/**
 * Whether the data are images (2) or volumes (3): as a cache or an archive says, told by the names of
 * images, or, where names tell nothing (DICOM), by their headers.
 *
 * @param sources folders, caches, image files, or CSV files and lists that name images
 * @throws {SettingsError} a source does not exist, or there are both kinds
 * @throws {DatasetError} there is no image
 */
export async function guessDimensions(sources: readonly string[]): Promise<2 | 3> {
  const found = new Set((await Promise.all(sources.map(dimensionsIn))).flat());
  if (found.size > 1) {
    throw new SettingsError(
      `${sources.join(', ')}: both pictures (2D) and volumes (3D), and one run takes one kind`,
      'Say which with --dims 2 or --dims 3; the others are left out.',
    );
  }
  for (const dimensions of found) return dimensions;
  return dimensionsOfData(sources);
}

/** Of each image in a folder whose name tells; of a cache, an archive and a table as a whole. */
async function dimensionsIn(source: string): Promise<readonly (2 | 3)[]> {
  const named = imageDimensions(source);
  if (named) return [named];
  const found = await stat(source).catch(() => undefined);
  if (!found) {
    throw new SettingsError(`${source} does not exist`, 'Check the path of the data.');
  }
  return known(found.isDirectory() ? await dimensionsInFolder(source) : [await namedIn(source)]);
}

async function dimensionsInFolder(folder: string): Promise<readonly (2 | 3 | undefined)[]> {
  const cache = await readDescription(folder);
  if (cache) return [cache.preparing.dimensions];
  const table = await tableIn(folder);
  if (table !== undefined) return [await namedIn(table)];
  const archive = await recogniseLayout(folder);
  if (archive) return [archive.layout.dimensions];
  return (await filesBelow(folder)).map(imageDimensions);
}

function known(found: readonly (2 | 3 | undefined)[]): readonly (2 | 3)[] {
  return found.filter((dimensions) => dimensions !== undefined);
}

/** Of the first image that a table or a list names. */
async function namedIn(file: string): Promise<2 | 3 | undefined> {
  const start = await startOf(file);
  const isTable = file.toLowerCase().endsWith('.csv');
  if (isTable && start.trim().split(/[\r\n]+/).length < 2) throw noRows(file);
  const words = start.split(/[\s,;"]+/);
  return words.map(imageDimensions).find((dimensions) => dimensions !== undefined);
}

async function startOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES_TO_READ));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
