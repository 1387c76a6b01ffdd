import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { parseCsv, type Row } from '../csv.js';
import type { Case, FindingBox } from '../dataset.js';
import type { Findings } from '../findings.js';
import { filesBelow, namesIn } from '../folder.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';
import { splitArchive } from './splits.js';

const TABLE = /^data_entry_2017.*\.csv$/i;
const BOXES = /^bbox_list.*\.csv$/i;

/** In the order of the paper's tables and lists. */
const FINDINGS: readonly string[] = [
  'Atelectasis',
  'Cardiomegaly',
  'Effusion',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pneumonia',
  'Pneumothorax',
  'Consolidation',
  'Edema',
  'Emphysema',
  'Fibrosis',
  'Pleural_Thickening',
  'Hernia',
];

/** Findings that the table of boxes calls otherwise. */
const BOX_NAMES: Readonly<Record<string, string>> = { Infiltrate: 'Infiltration' };

/**
 * NIH ChestX-ray14: `Data_Entry_2017*.csv` beside the images, which lie anywhere below: in `images/`, in
 * `images_001` and on, or beside the table.
 */
export const nihChestXray14: Layout = {
  name: 'nih-chest-xray14',
  title: 'NIH ChestX-ray14',
  dimensions: 2,
  uses: ['unlabelled', 'classification'],
  recognises: async ({ files }) => files.some((name) => TABLE.test(name)),
  open,
};

async function open({ folder, use, options, findings }: LayoutRequest): Promise<LayoutContent> {
  const names = await namesIn(folder);
  const table = names.files.find((name) => TABLE.test(name))!;
  const path = join(folder, table);
  const { rows } = parseCsv(path, await readFile(path, 'utf8'), { uneven: true });
  const images = await imagesByName(folder, findings);
  const boxes = await markedBoxes(folder, use === 'classification' ? names.files : []);
  const isHere = (row: Row) => images.has(nameIn(row));
  const cases = rows.filter(isHere).map(
    (row): Case => ({
      image: images.get(nameIn(row))!,
      patient: String(Number(row.values.get('Patient ID') || nameIn(row).split('_')[0])),
      labels: labelsOf(row, findings),
      ...boxesOf(row, boxes),
    }),
  );
  const nameOf = ({ image }: Case) => basename(image, '.png');
  const split = await splitArchive(cases, { folder: names, options, findings, nameOf });
  const extra = images.size - new Set(cases.map(({ image }) => image)).size;
  const extraNote = `images without a row in ${table}, left out: ${extra.toLocaleString('en')}`;
  return {
    cases: split.cases,
    labelNames: FINDINGS,
    missing: rows
      .filter((row) => !isHere(row))
      .map((row) => ({ path: nameIn(row), reason: `named in ${table} and not in the folder` })),
    notes: [split.note, ...(extra > 0 ? [extraNote] : [])],
  };
}

function nameIn(row: Row): string {
  return row.values.get('Image Index') ?? '';
}

type MarkedBoxes = ReadonlyMap<string, readonly FindingBox[]>;

function boxesOf(row: Row, marked: MarkedBoxes): Pick<Case, 'boxes'> {
  const boxes = marked.get(nameIn(row));
  return boxes ? { boxes } : {};
}

/** The boxes of `BBox_List_2017.csv` by the image's name; its header `Bbox [x,y,w,h]` is four columns. */
async function markedBoxes(folder: string, files: readonly string[]): Promise<MarkedBoxes> {
  const boxes = new Map<string, readonly FindingBox[]>();
  const table = files.find((name) => BOXES.test(name));
  if (table === undefined) return boxes;
  const path = join(folder, table);
  for (const row of parseCsv(path, await readFile(path, 'utf8'), { uneven: true }).rows) {
    const [x, y, width, height] = ['Bbox [x', 'y', 'w', 'h]'].map((column) =>
      Number(row.values.get(column)),
    ) as [number, number, number, number];
    if (![x, y, width, height].every(Number.isFinite)) continue;
    const word = row.values.get('Finding Label') ?? '';
    const box = { finding: BOX_NAMES[word] ?? word, x, y, width, height };
    boxes.set(nameIn(row), [...(boxes.get(nameIn(row)) ?? []), box]);
  }
  return boxes;
}

async function imagesByName(folder: string, findings: Findings): Promise<Map<string, string>> {
  const images = new Map<string, string>();
  for (const path of await filesBelow(folder)) {
    const name = basename(path);
    if (!name.toLowerCase().endsWith('.png')) continue;
    if (images.has(name)) findings.add('images in two folders', relative(folder, path));
    else images.set(name, path);
  }
  return images;
}

function labelsOf(row: Row, findings: Findings): readonly number[] {
  const found = (row.values.get('Finding Labels') ?? '').split('|').map((word) => word.trim());
  for (const word of found) {
    if (word === 'No Finding' || FINDINGS.includes(word)) continue;
    findings.add(`finding "${word}" is none of the 14`, nameIn(row));
  }
  return FINDINGS.map((name) => (found.includes(name) ? 1 : 0));
}
