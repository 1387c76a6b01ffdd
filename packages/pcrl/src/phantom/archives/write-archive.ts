import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../images/index.js';
import type { CaseWatcher } from '../../progress.js';
import type { DrawingOptions, PhantomArchive, TableRows } from './archive.js';
import { openJournal } from './journal.js';

/** Which archive to draw, and where. */
export interface ArchiveRequest extends DrawingOptions {
  readonly folder: string;
  readonly cases: number;
}

/**
 * Draws an archive in miniature, case by case. What is done is kept in a journal, a hidden file in the
 * folder: the same request again goes on where the last one stopped. The tables come last.
 *
 * @returns whether it was interrupted before its end
 * @throws DatasetError when the folder holds something else
 */
export async function writeArchive(
  archive: PhantomArchive,
  request: ArchiveRequest,
  watcher: CaseWatcher,
): Promise<boolean> {
  const { folder, cases, seed, side } = request;
  const journal = await openJournal(folder, { archive: archive.name, cases, seed, side });
  const rows: TableRows[] = [...journal.rows];
  const began = performance.now();
  for (let index = rows.length; index < cases; index++) {
    const added = await archive.writeCase({ folder, index, seed, side });
    await journal.add(added);
    rows.push(added);
    report(watcher, archive.cases, {
      done: index + 1,
      total: cases,
      before: journal.rows.length,
      began,
    });
    // Lets Ctrl-C be heard.
    await new Promise(setImmediate);
    if (watcher.interrupted() && index + 1 < cases) return true;
  }
  await writeTables(archive, folder, rows);
  return false;
}

async function writeTables(
  archive: PhantomArchive,
  folder: string,
  rows: readonly TableRows[],
): Promise<void> {
  for (const [table, header] of Object.entries(archive.tables)) {
    const lines = rows.flatMap((added) => added[table] ?? []);
    const path = join(folder, table);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, [...(header === undefined ? [] : [header]), ...lines, ''].join('\n'));
  }
}

function report(
  watcher: CaseWatcher,
  noun: string,
  { done, total, before, began }: Record<'done' | 'total' | 'before' | 'began', number>,
): void {
  const perSecond = (done - before) / Math.max(1e-3, (performance.now() - began) / 1000);
  const secondsLeft = (total - done) / perSecond;
  watcher.count({ name: 'drawing', noun, done, total, perSecond, secondsLeft });
}
