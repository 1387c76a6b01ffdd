import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '../../errors.js';
import type { Case, Split } from '../dataset.js';
import type { Findings } from '../findings.js';
import type { FolderNames } from '../folder.js';
import { PAPER_SHARES, splitByPatient } from '../split.js';
import type { LayoutOptions } from './layout.js';

/** A list's part; `train+val` is divided by patient. */
type Listed = Split | 'train+val';

const LIST_NAMES: readonly { readonly pattern: RegExp; readonly part: Listed }[] = [
  { pattern: /train_?val/i, part: 'train+val' },
  { pattern: /train/i, part: 'train' },
  { pattern: /val/i, part: 'val' },
  { pattern: /test/i, part: 'test' },
];

/** The share of the train+val patients that validates: 10 of 80. */
const VALIDATION_SHARE = 0.125;

interface SplitRequest {
  readonly folder: FolderNames;
  readonly options: LayoutOptions;
  readonly findings: Findings;
  /** What a list calls a case. */
  readonly nameOf: (item: Case) => string;
}

/** Cases with their split, and a sentence that says how they were split. */
export interface SplitCases {
  readonly cases: readonly Case[];
  readonly note: string;
}

/**
 * Splits an archive's cases: 70 / 10 / 20 % of the patients at random, or as the .txt lists in its folder
 * say (`train_val_list.txt`, `chest_train.txt`, `brats_valid.txt`: one case a line, its name first).
 *
 * @throws DatasetError when lists are asked for and there are none
 */
export async function splitArchive(
  cases: readonly Case[],
  request: SplitRequest,
): Promise<SplitCases> {
  return request.options.split === 'lists'
    ? splitByLists(cases, request)
    : randomly(cases, request);
}

function randomly(cases: readonly Case[], { options }: SplitRequest): SplitCases {
  if (new Set(cases.map(({ patient }) => patient)).size < 3) {
    return { cases, note: 'split: none, there are fewer than three patients' };
  }
  return {
    cases: splitByPatient(cases, PAPER_SHARES, options.splitSeed),
    note: `split: 70 / 10 / 20 % of the patients at random, seed ${options.splitSeed}`,
  };
}

async function splitByLists(cases: readonly Case[], request: SplitRequest): Promise<SplitCases> {
  const { folder, options, findings, nameOf } = request;
  const lists = folder.files.flatMap((file) => {
    const part = LIST_NAMES.find(({ pattern }) => pattern.test(file))?.part;
    return part && file.toLowerCase().endsWith('.txt') ? [{ file, part }] : [];
  });
  if (lists.length === 0) {
    throw new DatasetError(
      `${folder.path}: no lists of training and test cases`,
      'Put the .txt lists beside the data (train_val_list.txt and test_list.txt, say), or take dataset.split: random.',
    );
  }
  const parts = new Map<string, Listed>();
  for (const { file, part } of lists) {
    for (const name of await namesOf(join(folder.path, file))) {
      const before = parts.get(name);
      if (before && before !== part) findings.add('cases in more than one list', name);
      parts.set(name, part);
    }
  }
  const named = cases.filter((item) => parts.has(nameOf(item)));
  const partOf = (item: Case) => parts.get(nameOf(item))!;
  const both = named.filter((item) => partOf(item) === 'train+val');
  const divided = new Map(
    divide(both, options.splitSeed).map((item) => [item.image, item.split] as const),
  );
  const split = named.map((item) => {
    const part = partOf(item);
    return { ...item, split: part === 'train+val' ? divided.get(item.image)! : part };
  });
  const left = cases.length - named.length;
  const unnamed = left > 0 ? `; cases in no list, left out: ${left.toLocaleString('en')}` : '';
  return { cases: split, note: `split: ${lists.map(({ file }) => file).join(', ')}${unnamed}` };
}

function divide(cases: readonly Case[], seed: number): readonly Case[] {
  if (cases.length === 0) return [];
  const shares = { train: 1 - VALIDATION_SHARE, val: VALIDATION_SHARE, test: 0 };
  return splitByPatient(cases, shares, seed);
}

/** The first word of each line, without folders and endings: labels may follow it. */
async function namesOf(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
  const words = lines.map((line) => line.trim().split(/\s+/)[0]!).filter((word) => word !== '');
  return words.map((word) => basename(word).replace(/\.(png|nii(\.gz)?|npy|mhd)$/i, ''));
}
