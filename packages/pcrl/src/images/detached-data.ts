import { dirname, resolve, sep } from 'node:path';
import { ImageError } from '../errors.js';
import { readBytes } from './bytes.js';

/**
 * The path of the data file that a header names. It must lie in the header's own folder or below, so
 * that a header cannot point anywhere; lists and number patterns of files are refused.
 *
 * @param field what the header calls it, for the message
 */
export function dataFileBeside(path: string, field: string, name: string): string {
  const folder = resolve(dirname(path));
  const target = resolve(folder, name);
  if (name !== '' && !/^LIST\b|%/.test(name) && target.startsWith(folder + sep)) return target;
  throw new ImageError(
    path,
    `${field} "${name}" is not one file in the header's folder`,
    'Name one data file that lies beside the header.',
  );
}

/** Reads a header's data file; what is wrong with it is said in the header's name. */
export async function readDataFile(path: string, dataPath: string): Promise<Buffer> {
  return readBytes(dataPath).catch((error: unknown) => {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(
      path,
      `its data file ${dataPath}: ${error.reason}`,
      'Keep the header and its data file together.',
      { cause: error },
    );
  });
}
