import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { existing } from '../checks.js';
import { parseCsv, type Row } from '../csv.js';
import type { Case } from '../dataset.js';
import { Findings } from '../findings.js';
import { firstLine } from '../folder.js';
import { splitByPatient } from '../split.js';
import type { Layout, LayoutContent, LayoutOptions, LayoutRequest } from './layout.js';

const OBSERVATIONS: readonly string[] = [
  'No Finding',
  'Enlarged Cardiomediastinum',
  'Cardiomegaly',
  'Lung Opacity',
  'Lung Lesion',
  'Edema',
  'Consolidation',
  'Pneumonia',
  'Atelectasis',
  'Pneumothorax',
  'Pleural Effusion',
  'Pleural Other',
  'Fracture',
  'Support Devices',
];
/** Where an uncertain mention is taken for a positive one; common practice. */
const UNCERTAIN_IS_POSITIVE: ReadonlySet<string> = new Set(['Atelectasis', 'Edema']);
const TABLES = [
  { file: 'train.csv', part: 'train' },
  { file: 'valid.csv', part: 'test' },
] as const;
/** Of the patients in train.csv, when labels are learnt. */
const VALIDATION_SHARE = 0.1;

/** CheXpert, full or small: `train.csv`, `valid.csv` and the folders `train`, `valid`. */
export const chexpert: Layout = {
  name: 'chexpert',
  title: 'CheXpert',
  dimensions: 2,
  uses: ['unlabelled', 'classification'],
  recognises: async ({ path, files, folders }) => {
    const table = TABLES.find(({ file }) => files.includes(file))?.file;
    if (!table || !(folders.includes('train') || folders.includes('valid'))) return false;
    return /\bPath\b.*Frontal\/Lateral/.test(await firstLine(join(path, table)));
  },
  open,
};

async function open(request: LayoutRequest): Promise<LayoutContent> {
  const { folder, options, use } = request;
  const cases: Case[] = [];
  const notes: string[] = [];
  const missing = new Findings();
  for (const { file, part } of TABLES) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    if (text === undefined) {
      notes.push(`${file} is not here`);
      continue;
    }
    const rows = parseCsv(join(folder, file), text).rows;
    const kept = rows.filter((row) => !options.frontalOnly || isFrontal(row));
    if (kept.length < rows.length) {
      notes.push(
        `${file}: lateral views left out: ${(rows.length - kept.length).toLocaleString('en')}`,
      );
    }
    const candidates = kept.flatMap((row) => candidateOf(row, file, request));
    const here = await existing(candidates, 'named in the table and not in the folder', missing);
    cases.push(...here.map(({ row, path }) => caseOf(row, path, part, request)));
  }
  notes.push(uncertainNote(options));
  return {
    cases: use === 'unlabelled' ? cases : withValidation(cases, options, notes),
    labelNames: OBSERVATIONS,
    missing: missing.problems,
    notes,
  };
}

function isFrontal(row: Row): boolean {
  const view = row.values.get('Frontal/Lateral');
  return view ? view === 'Frontal' : /frontal/i.test(row.values.get('Path') ?? '');
}

/** The path in a row starts with the name that the archive's folder had. */
function candidateOf(row: Row, file: string, { folder, findings }: LayoutRequest) {
  const written = row.values.get('Path') ?? '';
  const inside = /(?:^|\/)((?:train|valid)\/.+)$/.exec(written)?.[1];
  const path = inside === undefined ? undefined : join(folder, inside);
  if (path !== undefined && isInside(folder, path)) return [{ row, path, shown: written }];
  findings.add('paths that lead outside the folder', `${file} line ${row.line} (${written})`);
  return [];
}

/** Whether an absolute path lies below a folder. */
function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function caseOf(row: Row, image: string, split: 'train' | 'test', request: LayoutRequest): Case {
  const patient = /patient\d+/i.exec(image)?.[0];
  const labels = OBSERVATIONS.map((name) => labelOf(row, name, request));
  return { image, ...(patient ? { patient } : {}), split, labels };
}

/** Not mentioned counts as absent. */
function labelOf(row: Row, name: string, { options, findings }: LayoutRequest): number {
  const text = row.values.get(name) ?? '';
  const value = Number(text);
  if (value === 0 || value === 1) return value;
  if (value === -1) return uncertainLabel(name, options);
  findings.add('labels other than 1, 0, -1 and blank', `line ${row.line} ${name} = "${text}"`);
  return 0;
}

function uncertainLabel(name: string, { uncertain }: LayoutOptions): number {
  if (uncertain === 'ignore') return Number.NaN;
  if (uncertain === 'by-class') return UNCERTAIN_IS_POSITIVE.has(name) ? 1 : 0;
  return uncertain === 'ones' ? 1 : 0;
}

function uncertainNote({ uncertain }: LayoutOptions): string {
  const positive = [...UNCERTAIN_IS_POSITIVE].join(' and ');
  const words = {
    'by-class': `count as positive for ${positive}, as negative otherwise`,
    ignore: 'are masked from the loss',
    zeros: 'count as negative',
    ones: 'count as positive',
  };
  return `uncertain labels ${words[uncertain]}`;
}

/** train.csv trains and validates, valid.csv is the test split. */
function withValidation(
  cases: readonly Case[],
  { splitSeed }: LayoutOptions,
  notes: string[],
): readonly Case[] {
  const training = cases.filter(({ split }) => split === 'train');
  const tested = cases.filter(({ split }) => split === 'test');
  if (new Set(training.map(({ patient }) => patient)).size < 2) return cases;
  notes.push(
    `split: a tenth of the patients in train.csv validates (seed ${splitSeed}), valid.csv tests`,
  );
  const shares = { train: 1 - VALIDATION_SHARE, val: VALIDATION_SHARE, test: 0 };
  return [...splitByPatient(training, shares, splitSeed), ...tested];
}
