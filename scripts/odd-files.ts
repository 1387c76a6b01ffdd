/**
 * Writes the table of docs/odd-files.md: what pcrl makes of each unusual or broken file, beside what a
 * reference reader made of it. Prints how long the slowest file took and the most memory used.
 *
 *     npx tsx scripts/odd-files.ts FOLDER
 *
 * FOLDER holds the files and manifest.csv (file, what, source, reference_reader).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '../packages/pcrl/src/datasets/csv.js';
import { ImageError } from '../packages/pcrl/src/errors.js';
import { type Image, readImage } from '../packages/pcrl/src/images/index.js';

const PAGE = fileURLToPath(new URL('../docs/odd-files.md', import.meta.url));
const START = '| file | what it is | pcrl | the reference reader |';

export interface OddFile {
  readonly file: string;
  readonly what: string;
  readonly reference: string;
}

/** The files of a folder as its manifest lists them. */
export function oddFiles(folder: string): OddFile[] {
  const text = readFileSync(join(folder, 'manifest.csv'), 'utf8');
  return parseCsv('manifest.csv', text).rows.map(({ values }) => ({
    file: values.get('file')!,
    what: values.get('what')!,
    reference: values.get('reference_reader')!,
  }));
}

/** Reads a file of the folder: the image, or the reason why not. */
export async function readOddFile(folder: string, file: string): Promise<Image | ImageError> {
  try {
    return await readImage(join(folder, file));
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

/** One line of the table. */
export function tableRow(folder: string, odd: OddFile, result: Image | ImageError): string {
  const ours =
    result instanceof ImageError
      ? `refuses: ${result.reason.replaceAll(`${folder}/`, '')}`
      : description(result);
  const reference = odd.reference.replace(/^fails/, 'refuses').replace(/^(\w+) ok/, '$1 reads');
  return `| ${[odd.file, odd.what, ours, reference].map(cell).join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function description({ size, channels, unit, voxels }: Image): string {
  let [low, high, odd] = [Infinity, -Infinity, 0];
  for (const value of voxels) {
    if (!Number.isFinite(value)) odd++;
    else [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const colours = channels === 3 ? ', RGB' : '';
  const notFinite = odd > 0 ? `, ${odd} NaN or infinite` : '';
  const values = [low, high].map((value) => String(Number(value.toPrecision(6))));
  return `reads ${size.join(' x ')}${colours}, ${values.join(' to ')}${unit === 'HU' ? ' HU' : ''}${notFinite}`;
}

/** The lines of the table on the page, without its head. */
export function writtenRows(): string[] {
  return readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line !== START);
}

async function main(folder: string): Promise<void> {
  const rows: string[] = [];
  let slowest = { file: '', milliseconds: 0 };
  for (const odd of oddFiles(folder)) {
    const start = performance.now();
    const result = await readOddFile(folder, odd.file);
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { file: odd.file, milliseconds };
    rows.push(tableRow(folder, odd, result));
  }
  const [before] = readFileSync(PAGE, 'utf8').split(START);
  writeFileSync(PAGE, [`${before}${START}`, '|--|--|--|--|', ...rows, ''].join('\n'));
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${rows.length} files; slowest ${slowest.file}, ${slowest.milliseconds.toFixed(0)} ms; ` +
      `the process had at most ${megabytes.toFixed(0)} MB`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('Usage: npx tsx scripts/odd-files.ts FOLDER');
  await main(folder.replace(/\/$/, ''));
}
