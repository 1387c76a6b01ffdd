import { basename } from 'node:path';
import type { Case } from '../dataset.js';
import { filesBelow, namesIn } from '../folder.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';
import { someFolder } from './names.js';
import { splitArchive } from './splits.js';

/** In the order of the released fine-tuning code. */
const MODALITIES = ['t1', 't2', 'flair', 't1ce'] as const;
/** Every year's cases are named so; other collections have the same modalities and other masks. */
const FILE = /^(brats.+)_(t1|t2|flair|t1ce|seg)\.nii(\.gz)?$/i;

/**
 * BraTS 2018 (and the years of the same shape): a folder a case, nested in HGG and LGG or not, or all files
 * in one folder, named `<case>_{t1,t1ce,t2,flair,seg}.nii.gz`.
 */
export const brats: Layout = {
  name: 'brats',
  title: 'BraTS',
  dimensions: 3,
  uses: ['unlabelled', 'segmentation'],
  recognises: (folder) => someFolder(folder, 3, ({ files }) => files.some(startsACase(files))),
  open,
};

/** Whether a name is the first of the four modalities of one case. */
function startsACase(files: readonly string[]) {
  return (name: string) => {
    const [, id, part] = FILE.exec(name) ?? [];
    if (part?.toLowerCase() !== 't1') return false;
    const parts = files.flatMap((file) => {
      const match = FILE.exec(file);
      return match?.[1] === id ? [match![2]!.toLowerCase()] : [];
    });
    return MODALITIES.every((modality) => parts.includes(modality));
  };
}

async function open({ folder, use, options, findings }: LayoutRequest): Promise<LayoutContent> {
  const found = filesOfCases(await filesBelow(folder));
  const complete = [...found].filter(([, files]) => MODALITIES.every((name) => files.has(name)));
  const labelled = complete.filter(([, files]) => files.has('seg'));
  const wanted = { segmentation: labelled, prediction: complete } as const;
  const cases =
    use === 'segmentation' || use === 'prediction'
      ? wanted[use].map(([id, files]) => wholeCase(id, files))
      : [...found].flatMap(([id, files]) => imagesOf(id, files));
  const nameOf = ({ patient }: Case) => patient ?? '';
  const names = await namesIn(folder);
  const split = await splitArchive(cases, { folder: names, options, findings, nameOf });
  return {
    cases: split.cases,
    channelNames: MODALITIES,
    regions: [
      { name: 'WT', values: [1, 2, 4] },
      { name: 'TC', values: [1, 4] },
      { name: 'ET', values: [4] },
    ],
    missing: incomplete(found),
    notes: [
      split.note,
      `cases: ${found.size.toLocaleString('en')}, with a segmentation: ${labelled.length.toLocaleString('en')}`,
    ],
  };
}

type CaseFiles = ReadonlyMap<string, string>;

function filesOfCases(paths: readonly string[]): ReadonlyMap<string, CaseFiles> {
  const cases = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const [, id, part] = FILE.exec(basename(path)) ?? [];
    if (id === undefined || part === undefined) continue;
    const files = cases.get(id) ?? new Map<string, string>();
    cases.set(id, files.set(part.toLowerCase(), path));
  }
  return cases;
}

function wholeCase(patient: string, files: CaseFiles): Case {
  const channels = MODALITIES.map((name) => files.get(name)!);
  const mask = files.get('seg');
  return { image: channels[0]!, channels, patient, ...(mask ? { mask } : {}) };
}

/** Without labels every modality is an image of its own. */
function imagesOf(patient: string, files: CaseFiles): Case[] {
  return MODALITIES.flatMap((name) => {
    const image = files.get(name);
    return image === undefined ? [] : [{ image, patient }];
  });
}

function incomplete(found: ReadonlyMap<string, CaseFiles>) {
  return [...found].flatMap(([id, files]) => {
    const absent = MODALITIES.filter((name) => !files.has(name));
    return absent.length > 0 ? [{ path: id, reason: `a case without ${absent.join(', ')}` }] : [];
  });
}
