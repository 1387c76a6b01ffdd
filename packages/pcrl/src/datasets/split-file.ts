import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { DatasetError } from '../errors.js';
import { writeWhole } from '../images/index.js';
import { parseCsv, quoteField, type Table } from './csv.js';
import { type Case, patientOf, type Split } from './dataset.js';
import { PAPER_SHARES, splitByPatient } from './split.js';

/** Cases as a split file divides them. */
export interface SplitByFile {
  readonly cases: readonly Case[];
  readonly note: string;
}

/**
 * Splits cases as a CSV says: a column `split` (train, val, test) and a column `patient_id` or `image`
 * (relative to the CSV). Cases that it does not name are left out. A file that does not exist is made
 * from a random split of 70 / 10 / 20 % of the patients.
 *
 * @throws DatasetError when the file cannot be read as such, or names none of the cases
 */
export async function splitByFile(
  path: string,
  cases: readonly Case[],
  seed: number,
): Promise<SplitByFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DatasetError(`${path} cannot be read: ${error.message}`, 'Name a CSV file.');
  });
  if (text === undefined) {
    const split = splitByPatient(cases, PAPER_SHARES, seed);
    await writeSplit(path, split);
    const how = `70 / 10 / 20 % of the patients at random, seed ${seed}`;
    return { cases: split, note: `split: ${how}; written to ${path}` };
  }
  const table = parseCsv(path, text);
  const splits = splitsIn(path, table);
  const keyOf = table.columns.includes('patient_id') ? patientOf : ({ image }: Case) => image;
  const named = cases.flatMap((item) => {
    const split = splits.get(keyOf(item));
    return split ? [{ ...item, split }] : [];
  });
  if (named.length === 0) {
    throw new DatasetError(
      `${path} names none of the ${cases.length.toLocaleString('en')} cases`,
      'It belongs to another dataset; name another file, or one that is not there yet to have it made.',
    );
  }
  const left = cases.length - named.length;
  const leftNote =
    left > 0 ? `; cases that it does not name, left out: ${left.toLocaleString('en')}` : '';
  return { cases: named, note: `split: as ${path} says${leftNote}` };
}

/** Writes a split file that divides these cases as they are divided, by patient where all have one. */
export async function writeSplit(path: string, cases: readonly Case[]): Promise<void> {
  const hasPatients = cases.every(({ patient }) => patient !== undefined);
  const folder = dirname(resolve(path));
  const keyOf = hasPatients ? patientOf : ({ image }: Case) => relative(folder, image);
  const splits = new Map(cases.map((item) => [keyOf(item), item.split!]));
  const rows = [...splits].map(([key, split]) => `${quoteField(key)},${split}\n`);
  const header = hasPatients ? 'patient_id,split\n' : 'image,split\n';
  await writeWhole(path, Buffer.from(header + rows.join('')));
}

function splitsIn(path: string, { columns, rows }: Table): ReadonlyMap<string, Split> {
  const key = columns.includes('patient_id') ? 'patient_id' : 'image';
  const folder = dirname(resolve(path));
  if (!columns.includes(key) || !columns.includes('split')) {
    throw new DatasetError(
      `${path}: its columns are ${columns.join(', ')}`,
      'A split file has a column "split" and a column "patient_id" or "image".',
    );
  }
  const splits = new Map<string, Split>();
  for (const { line, values } of rows) {
    const split = values.get('split')!.toLowerCase();
    const name = values.get(key)!;
    const id = key === 'image' ? resolve(folder, name) : name;
    if (split !== 'train' && split !== 'val' && split !== 'test') {
      throw new DatasetError(
        `${basename(path)}: line ${line}: split "${split}" is none of train, val, test`,
        'Correct that line.',
      );
    }
    if ((splits.get(id) ?? split) !== split) {
      throw new DatasetError(
        `${basename(path)}: line ${line}: "${name}" is in two splits`,
        'Keep one of the lines.',
      );
    }
    splits.set(id, split);
  }
  return splits;
}
