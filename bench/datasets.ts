/**
 * How long it takes to open large datasets: a CSV of 100,000 images, and an index like that of NIH
 * ChestX-ray14 (112,120 images in twelve folders). The images are one pixel each, and really there.
 *
 *     npx tsx bench/datasets.ts [FOLDER]
 *
 * FOLDER is where the files are made (about 1 GB with 4 kB blocks), and kept for the next run; a temporary
 * folder when left out.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatasetOptions, openDataset } from '../packages/pcrl/src/datasets/index.js';
import { median } from './median.js';

const ROUNDS = 3;
const AIM_SECONDS = 5;

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);
const FINDINGS = 'Atelectasis Cardiomegaly Effusion Infiltration Mass Nodule Hernia'.split(' ');

const given = process.argv[2];
const folder = given ?? mkdtempSync(join(tmpdir(), 'pcrl-index-'));
const csv = writeTable(join(folder, 'table'), 100_000);
const nih = writeNihIndex(join(folder, 'nih'), 112_120);
process.stdout.write(`${cpus()[0]?.model}, Node ${process.version}, medians of ${ROUNDS}, warm\n`);
for (const [name, path, use] of [
  ['CSV of 100,000, unlabelled', csv, 'unlabelled'],
  ['CSV of 100,000, classification (every header read)', csv, 'classification'],
  ['NIH index of 112,120, unlabelled', nih, 'unlabelled'],
  ['NIH index of 112,120, classification (every header read)', nih, 'classification'],
] as const) {
  await report(name, path, { use });
}
if (given === undefined) rmSync(folder, { recursive: true });

async function report(name: string, path: string, options: DatasetOptions): Promise<void> {
  const seconds: number[] = [];
  const busy: number[] = [];
  let cases = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    cases = (await openDataset([path], options)).cases.length;
    const { user, system } = process.cpuUsage(used);
    seconds.push((performance.now() - began) / 1000);
    busy.push((user + system) / 1e6);
  }
  process.stdout.write(
    `${name}: ${median(seconds).toFixed(2)} s, busy ${median(busy).toFixed(2)} s, ${cases.toLocaleString('en')} cases (aim ${AIM_SECONDS} s)\n`,
  );
}

/** A CSV with two labels, its images in a hundred folders. */
function writeTable(root: string, rows: number): string {
  const path = join(root, 'index.csv');
  if (existsSync(path)) return path;
  const lines = ['image,patient_id,age,sex,split,up,down'];
  for (let index = 0; index < rows; index++) {
    const name = `part-${index % 100}/image-${index}.png`;
    writeImage(join(root, `part-${index % 100}`), `image-${index}.png`);
    const split = ['train', 'train', 'train', 'val', 'test'][(index >> 2) % 5];
    lines.push(`${name},${index >> 2},50,F,${split},${index % 2},${index % 3 ? 0 : 1}`);
  }
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** The archive's table and folders, about four images a patient. */
function writeNihIndex(root: string, rows: number): string {
  const table = join(root, 'Data_Entry_2017.csv');
  if (existsSync(table)) return root;
  const lines = [
    'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,' +
      'OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],',
  ];
  for (let index = 0; index < rows; index++) {
    const patient = 1 + (index >> 2);
    const name = `${String(patient).padStart(8, '0')}_${String(index % 4).padStart(3, '0')}.png`;
    const part = String(1 + Math.floor((12 * index) / rows)).padStart(3, '0');
    writeImage(join(root, `images_${part}`, 'images'), name);
    const labels = index % 2 ? 'No Finding' : `${FINDINGS[index % 7]}|Edema`;
    lines.push(`${name},${labels},${index % 4},${patient},58,M,PA,2682,2749,0.143,0.143,`);
  }
  writeFileSync(table, lines.join('\n'));
  return root;
}

function writeImage(parent: string, name: string): void {
  if (!existsSync(parent)) mkdirSync(parent, { recursive: true });
  writeFileSync(join(parent, name), PIXEL);
}
