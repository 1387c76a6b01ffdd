import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../../errors.js';
import { writeWhole } from '../../images/index.js';
import { makeOutputFolder } from '../../output-folder.js';
import type { TableRows } from './archive.js';

/** What was asked for; a folder belongs to one such request. */
export interface JournalRequest {
  readonly archive: string;
  readonly cases: number;
  readonly seed: number;
  readonly side: number;
}

/** What has been drawn so far: one entry a finished case, in their order. */
export interface Journal {
  readonly rows: readonly TableRows[];
  add(rows: TableRows): Promise<void>;
}

const NAME = '.phantom.jsonl';

/**
 * Opens the journal of an archive's folder, and makes both where there is nothing yet: a file of JSON
 * lines, the request first. A last line that was cut short by a crash is dropped.
 *
 * @throws DatasetError when the folder holds something else, or another request's archive
 */
export async function openJournal(folder: string, request: JournalRequest): Promise<Journal> {
  const path = join(folder, NAME);
  makeOutputFolder(folder);
  const names = await readdir(folder);
  const text = names.includes(NAME) ? await readFile(path, 'utf8') : '';
  const [first, ...lines] = text.split('\n').slice(0, -1);
  if (first === undefined && names.some((name) => !name.startsWith(NAME))) {
    throw new DatasetError(
      `${folder} is there and holds something else`,
      'Choose another folder with --out.',
    );
  }
  const opening = JSON.stringify(request);
  if (first !== undefined && first !== opening) {
    throw new DatasetError(
      `${folder} holds a phantom archive of another request: ${first}`,
      'Repeat that request to go on with it, or choose another folder with --out.',
    );
  }
  await writeWhole(path, `${[opening, ...lines].join('\n')}\n`);
  return {
    rows: lines.map((line) => JSON.parse(line) as TableRows),
    add: (rows) => appendFile(path, `${JSON.stringify(rows)}\n`),
  };
}
