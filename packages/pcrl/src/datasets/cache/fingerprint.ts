import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Fingerprint,
  filesOfSeries,
  folderOfSeries,
  isImageFolder,
} from '../../images/index.js';
import { filesBelow, namesIn } from '../folder.js';

/** Headers whose voxels lie in another file of the same name. */
const HEADER = /\.(mhd|nhdr|hdr)$/i;
const DATA_ENDINGS = ['.raw', '.zraw', '.raw.gz', '.img', '.img.gz'];

/** Size and time of an image, its data file or the files of its folder counted in. */
export type Traces = Omit<Fingerprint, 'sha256'>;

/**
 * What can be told of an image without reading it.
 *
 * @throws the system's error where it is missing
 */
export async function tracesOf(path: string): Promise<Traces> {
  const folder = await folderAsSeries(path);
  if (folder !== undefined) return { ...(await tracesOfFolder(folder)), path };
  return summary(path, await Promise.all((await filesOf(path)).map((file) => stat(file))));
}

const underWay = new Map<string, Promise<Traces>>();

/**
 * Which files are of one series of several is not known without reading them: all in its folder count. The
 * series of one folder are asked about side by side, and share the answer.
 */
function tracesOfFolder(folder: string): Promise<Traces> {
  const known = underWay.get(folder);
  if (known) return known;
  const asked = filesIn(folder)
    .then((files) => Promise.all(files.map((file) => stat(file))))
    .then((stats) => summary(folder, stats))
    .finally(() => underWay.delete(folder));
  underWay.set(folder, asked);
  return asked;
}

/** The folder of a path `FOLDER#SERIES`; undefined for paths of a file or folder. */
async function folderAsSeries(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found ? undefined : folderOfSeries(path);
}

/** Reads an image's files for their hash: of a series among others, its own. */
export async function fingerprint(path: string): Promise<Fingerprint> {
  const traces = await tracesOf(path);
  const hash = createHash('sha256');
  for (const file of (await filesOfSeries(path)) ?? (await filesOf(path))) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
    }
  }
  return { ...traces, sha256: hash.digest('hex') };
}

/** Whether a file is what it was, as far as size and time tell. */
export function sameTraces(a: Traces, b: Traces): boolean {
  return a.path === b.path && a.bytes === b.bytes && a.modified === b.modified;
}

function summary(
  path: string,
  files: readonly { readonly size: number; readonly mtimeMs: number }[],
): Traces {
  return {
    path,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    modified: files.reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0),
  };
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return isImageFolder(path) ? filesBelow(path) : filesIn(path);
  if (!HEADER.test(path)) return [path];
  const stem = path.replace(HEADER, '');
  const beside = await Promise.all(
    DATA_ENDINGS.map(async (ending) => {
      const found = await stat(stem + ending).catch(() => undefined);
      return found?.isFile() ? [stem + ending] : [];
    }),
  );
  return [path, ...beside.flat()];
}

async function filesIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).files.map((name) => join(folder, name));
}
