import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileDurably } from '@pcrl/torch';
import { parseCsv, quoteField } from '../datasets/csv.js';
import { patientOf } from '../datasets/index.js';
import { RunError } from '../errors.js';
import type { Assessment } from './task.js';

/** `predictions.csv` of a seed: one row a test case. */
export interface Predictions {
  readonly images: readonly string[];
  readonly patients: readonly string[];
  /** True masks; empty for classification. */
  readonly masks: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** Writes the predictions of the test cases. */
export function writePredictions(
  path: string,
  columns: readonly string[],
  assessments: readonly Assessment[],
): void {
  const isMasked = assessments.some(({ item }) => item.mask !== undefined);
  const lines = [
    ['image', 'patient_id', ...(isMasked ? ['label'] : []), ...columns],
    ...assessments.map(({ item, row }) => {
      const mask = isMasked ? [item.mask ?? ''] : [];
      return [item.image, patientOf(item), ...mask, ...row.map(String)];
    }),
  ];
  const text = lines.map((fields) => `${fields.map(quoteField).join(',')}\n`).join('');
  writeFileDurably(path, [Buffer.from(text)]);
}

/** Reads what {@link writePredictions} wrote. @throws {RunError} it is missing or damaged */
export function readPredictions(path: string): Predictions {
  const { columns, rows } = parseCsv(path, textOf(path));
  const isMasked = columns[2] === 'label';
  const values = columns.slice(isMasked ? 3 : 2);
  const textsOf = (column: string) => rows.map((row) => row.values.get(column) ?? '');
  return {
    images: textsOf('image'),
    patients: textsOf('patient_id'),
    masks: isMasked ? textsOf('label') : [],
    columns: values,
    rows: rows.map((row) => values.map((column) => Number(row.values.get(column)))),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunError(
      `${path} cannot be read: ${(error as Error).message}`,
      'Fine-tune again into another folder.',
      { cause: error },
    );
  }
}

/** Where the predicted mask of the test case in row `index` is saved, without the ending. */
export function predictedPath(folder: string, image: string, index: number): string {
  const name = basename(image).replace(/\.(nii(\.gz)?|mh[ad]|png|jpe?g|tiff?|dcm)$/i, '');
  return join(folder, `${String(index + 1).padStart(4, '0')}-${name}`);
}
