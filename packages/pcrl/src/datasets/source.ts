import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { DatasetError } from '../errors.js';
import { imageExtensions, isDicom, isImageFolder, isImagePath } from '../images/index.js';
import type { Candidate } from './candidate.js';
import { parseCsv, type Table } from './csv.js';
import { firstLine, listFolder, namesIn } from './folder.js';

/** Words in a `split` column for images that are for pre-training only. */
const UNLABELLED_SPLITS = new Set(['pretrain', 'unlabelled', 'unlabeled']);

/** Whether a row is marked as having no labels. */
export function isUnlabelledRow({ row }: Candidate): boolean {
  return UNLABELLED_SPLITS.has(row?.values.get('split')?.toLowerCase() ?? '');
}

/** What one of the given paths turned out to be: images by themselves, or named in a table. */
export interface Source {
  readonly path: string;
  readonly kind: 'folder' | 'csv' | 'list' | 'image';
  readonly candidates: readonly Candidate[];
  /** Of a CSV. */
  readonly columns: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Opens a folder (through the CSV with a column `image` in it, or searched to its depth), a .csv, a .txt
 * list of paths (one a line, relative to the list; # starts a comment), or a single image.
 *
 * @throws DatasetError when the path does not exist, is none of these, or is a CSV without images.
 */
export async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch(() => undefined);
  const isSeries = !found && (await isDicom(path));
  if (!found && !isSeries)
    throw new DatasetError(`${path}: no such file or folder`, 'Check the path.');
  if (found?.isDirectory() && !isImageFolder(path)) return folderSource(path);
  switch (extname(path).toLowerCase()) {
    case '.csv':
      return csvSource(path, await readFile(path, 'utf8'));
    case '.txt':
      return listSource(path, await readFile(path, 'utf8'));
  }
  if (!isImagePath(path) && !(await isDicom(path))) {
    throw new DatasetError(
      `${path}: neither a folder, a .csv, a .txt list, nor an image`,
      `Images read: ${imageExtensions.join(' ')}`,
    );
  }
  const candidates = [{ image: resolve(path), shown: path }];
  return { path, kind: 'image', candidates, columns: [], notes: [] };
}

async function folderSource(path: string): Promise<Source> {
  const table = await tableIn(path);
  if (table !== undefined) {
    const source = csvSource(table, await readFile(table, 'utf8'));
    return { ...source, notes: [`${path}: opened through ${basename(table)}`] };
  }
  const { candidates, others, notes: told } = await listFolder(path);
  const { kept, left } = withoutMasks(path, candidates);
  const counts = [...others].map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`);
  const notes = [
    ...told,
    ...(counts.length > 0 ? [`left out files of other kinds: ${counts.join(', ')}`] : []),
    ...(left > 0
      ? [`masks beside the folder of images, not taken for images: ${left.toLocaleString('en')}`]
      : []),
  ];
  return {
    path,
    kind: 'folder',
    candidates: kept.map((candidate) => ({ ...candidate, image: resolve(candidate.image) })),
    columns: [],
    notes: notes.map((note) => `${path}: ${note}`),
  };
}

/** The one CSV in a folder that has a column `image`; undefined where there is none, or several. */
export async function tableIn(folder: string): Promise<string | undefined> {
  const { files } = await namesIn(folder);
  const tables: string[] = [];
  for (const name of files.filter((file) => file.toLowerCase().endsWith('.csv'))) {
    const columns = (await firstLine(join(folder, name))).replace(/^\uFEFF/, '').split(',');
    if (columns.some((column) => column.trim().replaceAll('"', '') === 'image')) tables.push(name);
  }
  return tables.length === 1 ? join(folder, tables[0]!) : undefined;
}

/** A folder of images that may have a folder of their masks beside it. */
export const IMAGES_FOLDER = /^images?(tr|ts|val)?$/i;
export const MASKS_FOLDER = /^(labels?|masks?|segmentations?|annotations?)(tr|ts|val)?$/i;

/** Leaves out what lies in a folder `labels`, `masks` or the like that has a folder `images` beside it. */
function withoutMasks(folder: string, candidates: readonly Candidate[]) {
  const parts = candidates.map(({ image }) => relative(folder, image).split(sep));
  const imageFolders = new Set(
    parts.flatMap((names) =>
      names.flatMap((name, at) => (IMAGES_FOLDER.test(name) ? [names.slice(0, at).join(sep)] : [])),
    ),
  );
  const isMask = (names: readonly string[]) =>
    names.some(
      (name, at) => MASKS_FOLDER.test(name) && imageFolders.has(names.slice(0, at).join(sep)),
    );
  const kept = candidates.filter((_, index) => !isMask(parts[index]!));
  return { kept, left: candidates.length - kept.length };
}

function listSource(path: string, text: string): Source {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const names = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const candidates = names.map((name) => ({ image: resolve(dirname(path), name), shown: name }));
  return { path, kind: 'list', candidates, columns: [], notes: [] };
}

function csvSource(path: string, text: string): Source {
  const table = parseCsv(path, text);
  if (table.rows.length === 0) throw noRows(path);
  if (!table.columns.includes('image')) {
    throw new DatasetError(
      `${path}: no column "image"; its columns are ${table.columns.join(', ')}`,
      'Name the column with the paths of the images "image".',
    );
  }
  return { path, kind: 'csv', candidates: rowsOf(path, table), columns: table.columns, notes: [] };
}

/** A table that names nothing. */
export function noRows(path: string): DatasetError {
  return new DatasetError(
    `${path}: the file has no rows`,
    'Write a header line and one row an image.',
  );
}

function rowsOf(path: string, table: Table): Candidate[] {
  const folder = resolve(dirname(path));
  return table.rows.map((row) => {
    const name = row.values.get('image')!;
    const shown = `${basename(path)} line ${row.line} (${name})`;
    const candidate = { image: resolve(folder, name), shown, row, folder };
    // Resolved, an empty path would be the folder, and that may be a DICOM series.
    return name === ''
      ? { ...candidate, problem: 'rows without a path in the column "image"' }
      : candidate;
  });
}
