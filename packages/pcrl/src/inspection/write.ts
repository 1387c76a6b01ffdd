import { join } from 'node:path';
import { quoteField } from '../datasets/csv.js';
import { writeWhole } from '../images/index.js';
import { makeOutputFolder } from '../output-folder.js';
import { encodePng } from '../pictures/index.js';
import type { InspectionResult } from './inspect.js';
import type { InspectionSummary } from './summary.js';

/** Writes `inspection.json`, `problems.csv` and `contact-sheet.png` into a folder. */
export async function writeInspection(
  folder: string,
  { inspection, sheet }: InspectionResult,
  summary: InspectionSummary,
): Promise<void> {
  makeOutputFolder(folder);
  const rows = inspection.problems.map(({ path, reason }) =>
    [path, reason].map(quoteField).join(','),
  );
  await writeWhole(join(folder, 'problems.csv'), ['path,reason', ...rows, ''].join('\n'));
  if (sheet) await writeWhole(join(folder, 'contact-sheet.png'), await encodePng(sheet));
  await writeWhole(join(folder, 'inspection.json'), `${JSON.stringify(summary, null, 2)}\n`);
}
