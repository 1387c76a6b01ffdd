import { readFile, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { AsyncReadable, RangeQuery } from 'zarrita';
import { ImageError } from '../../errors.js';

/** The largest chunk file or metadata that is read whole. */
const MAX_FILE_BYTES = 2 ** 30;

/** Reads the files of one folder and nothing outside it. A missing file is undefined, as zarrita asks. */
export class FolderStore implements AsyncReadable {
  readonly #folder: string;
  /** How many files have been found so far. */
  found = 0;

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = resolve(this.#folder, `.${sep}${key}`);
    if (!path.startsWith(this.#folder + sep)) {
      throw new ImageError(
        this.#folder,
        `"${key}" leads out of the folder`,
        'Repair its metadata.',
      );
    }
    const file = await stat(path).catch(() => undefined);
    if (!file?.isFile()) return undefined;
    if (file.size > MAX_FILE_BYTES) {
      throw new ImageError(path, `one chunk of ${file.size} bytes; at most 1 GiB is read`, '');
    }
    this.found++;
    return readFile(path);
  }

  /** Parts of a file: the chunks within a shard. */
  async getRange(key: string, range: RangeQuery): Promise<Uint8Array | undefined> {
    const bytes = await this.get(key);
    if (!bytes) return undefined;
    const start = 'offset' in range ? range.offset : bytes.length - range.suffixLength;
    const end = 'offset' in range ? range.offset + range.length : bytes.length;
    if (start >= 0 && end <= bytes.length) return bytes.subarray(start, end);
    throw new ImageError(
      this.#folder,
      `cut short: "${key}" ends at byte ${bytes.length}, bytes ${start} to ${end} of it are called for`,
      'Copy or download the folder again.',
    );
  }
}
