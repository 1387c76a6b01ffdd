import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readDescription } from '../datasets/cache/description.js';
import { SettingsError } from '../errors.js';
import { imageDimensions, imageExtensions } from '../images/index.js';

/** How far into a list or a CSV file to look for the name of an image. */
const BYTES_TO_READ = 65_536;

/**
 * Whether the data are images (2) or volumes (3), told by the name of the first image found.
 *
 * @param sources folders, caches, image files, or CSV files and lists that name images
 * @throws {SettingsError} no image is found
 */
export async function guessDimensions(sources: readonly string[]): Promise<2 | 3> {
  for (const source of sources) {
    const cache = await readDescription(source);
    if (cache) return cache.preparing.dimensions;
    const image = await firstImage(source);
    const dimensions = image === undefined ? undefined : imageDimensions(image);
    if (dimensions) return dimensions;
  }
  throw new SettingsError(
    `no image found in ${sources.join(', ')}`,
    `Images are told by their names (${imageExtensions.join(' ')}). Check the path, or say --dims 2 or --dims 3.`,
  );
}

async function firstImage(source: string): Promise<string | undefined> {
  if (imageDimensions(source)) return source;
  const found = await stat(source).catch(() => undefined);
  if (!found) {
    throw new SettingsError(`${source} does not exist`, 'Check the path of the data.');
  }
  return found.isDirectory() ? firstImageInFolder(source) : firstImageNamedIn(source);
}

async function firstImageInFolder(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  const image = entries.find((entry) => !entry.isDirectory() && imageDimensions(entry.name));
  if (image) return image.name;
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const inner = await firstImageInFolder(join(folder, entry.name));
    if (inner) return inner;
  }
  return undefined;
}

async function firstImageNamedIn(file: string): Promise<string | undefined> {
  const words = (await startOf(file)).split(/[\s,;"]+/);
  return words.find((word) => imageDimensions(word));
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
