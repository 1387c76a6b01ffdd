import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Case } from '../dataset.js';
import { filesBelow, namesIn } from '../folder.js';
import type { Layout, LayoutContent, LayoutRequest } from './layout.js';
import { isNifti, someFolder } from './names.js';
import { type Participants, parseParticipants } from './participants.js';

const SUBJECT = /^sub-[A-Za-z0-9]+$/;
/** Kinds of data that are series of volumes or no volumes at all. */
const SERIES = new Set('func dwi fmap perf eeg meg ieeg beh'.split(' '));
const MASK = /_(dseg|mask|roi|seg|lesion)$/i;

/** Trees as BIDS names them: `sub-01/[ses-1/]anat/NAME.nii.gz`, masks in `derivatives` or beside the images. */
export const bids: Layout = {
  name: 'bids',
  title: 'BIDS',
  dimensions: 3,
  uses: ['unlabelled', 'classification', 'segmentation'],
  recognises: async (folder) => {
    if (!folder.folders.some((name) => SUBJECT.test(name))) return false;
    if (folder.files.includes('dataset_description.json')) return true;
    const isSubject = ({ path, folders }: { path: string; folders: readonly string[] }) =>
      SUBJECT.test(basename(path)) && folders.some((name) => name === 'anat' || /^ses-/.test(name));
    return someFolder(folder, 1, isSubject);
  },
  open,
};

async function open({ folder, use }: LayoutRequest): Promise<LayoutContent> {
  const files = (await filesBelow(folder)).filter(isNifti).map((path) => placed(folder, path));
  const images = files.filter(({ derived, name }) => !derived && !MASK.test(name));
  const volumes = images.filter(({ kind }) => !SERIES.has(kind));
  const masks = files.filter(({ name }) => MASK.test(name));
  const people = await participants(folder);
  const cases = volumes.map((image): Case => {
    const mask = masks.find((found) => isMaskOf(found, image))?.path;
    const known = people?.of.get(image.subject);
    return {
      image: image.path,
      patient: image.subject,
      ...(mask ? { mask } : {}),
      ...(known?.split ? { split: known.split } : {}),
      ...(known?.labels ? { labels: known.labels } : {}),
    };
  });
  const usable = cases.filter(
    ({ mask, labels }) =>
      use === 'unlabelled' || (use === 'segmentation' ? mask !== undefined : labels !== undefined),
  );
  const left = images.length - volumes.length;
  return {
    cases: usable,
    labelNames: people?.labelNames ?? [],
    notes: [
      ...(left > 0 ? [`series of volumes (${[...SERIES].join(', ')}), left out: ${left}`] : []),
      ...(usable.length < cases.length
        ? [`images without labels, left out: ${cases.length - usable.length}`]
        : []),
    ],
  };
}

/** A file and what its place in the tree says of it. */
interface PlacedFile {
  readonly path: string;
  /** Without folder and ending. */
  readonly name: string;
  readonly subject: string;
  readonly session: string;
  /** The folder it lies in: `anat`, say. */
  readonly kind: string;
  readonly derived: boolean;
}

function placed(folder: string, path: string): PlacedFile {
  const parts = relative(folder, path).split(sep);
  const name = basename(path).replace(/\.nii(\.gz)?$/i, '');
  return {
    path,
    name,
    subject: parts.find((part) => SUBJECT.test(part)) ?? /^sub-[A-Za-z0-9]+/.exec(name)?.[0] ?? '',
    session: parts.find((part) => /^ses-/.test(part)) ?? '',
    kind: parts.at(-2) ?? '',
    derived: parts.includes('derivatives'),
  };
}

/** A mask belongs to an image of its session whose name it starts with, leaving the last word out. */
function isMaskOf(mask: PlacedFile, image: PlacedFile): boolean {
  if (mask.subject !== image.subject || mask.session !== image.session) return false;
  const stem = image.name.replace(/_[^_]*$/, '');
  return mask.name.startsWith(`${image.name}_`) || isOwn(mask.name, stem, image.name);
}

/** `sub-1_space-T1w_dseg` names the image it was drawn on; `sub-1_dseg` may be of any. */
function isOwn(mask: string, stem: string, image: string): boolean {
  if (!mask.startsWith(`${stem}_`)) return false;
  const space = /_space-([A-Za-z0-9]+)/.exec(mask)?.[1];
  const suffix = image.slice(stem.length + 1);
  return space === undefined || space === 'orig' || space === suffix;
}

async function participants(folder: string): Promise<Participants | undefined> {
  const { files } = await namesIn(folder);
  if (!files.includes('participants.tsv')) return undefined;
  const path = join(folder, 'participants.tsv');
  return parseParticipants(await readFile(path, 'utf8'));
}
