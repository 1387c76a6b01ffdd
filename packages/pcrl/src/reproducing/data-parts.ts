import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Case,
  type Dataset,
  labelledSubset,
  missingClasses,
  openDataset,
  PAPER_SHARES,
  patientOf,
  splitByPatient,
} from '../datasets/index.js';
import { writeSplit } from '../datasets/split-file.js';
import { tellArchive } from '../datasets/tell-task.js';
import { makeOutputFolder } from '../output-folder.js';
import { PROTOCOLS } from '../settings/finetune/archives.js';
import { listingDigest } from '../training/image-listing.js';
import { paperData } from './data-sets.js';
import { percent, type TaskName } from './recipe.js';

/** One order of labelling for every run, so that pre-training can leave the labelled part out. */
export const LABEL_SEED = 0;

/** Images to pre-train on. */
export interface UnlabelledPart {
  /** Which of the data's images they are; undefined: all of its training images. */
  readonly splitFile: string | undefined;
  readonly images: number;
  /** Of the listing of the images. */
  readonly digest: string;
}

/** Data by the name that the paper's tables have for them. */
interface NamedData {
  readonly name: string;
  readonly path: string;
  /** To learn; all where undefined. */
  readonly classes: readonly string[] | undefined;
}

/** Data with labels, divided, with the files that say so. */
export interface LabelledData {
  readonly path: string;
  readonly splitFile: string;
  readonly train: readonly Case[];
  readonly validation: readonly Case[];
  readonly test: readonly Case[];
  readonly classes: readonly string[];
  /** Volumes with masks: the archive whose own values the presets have; null for other data. */
  readonly protocol: (typeof PROTOCOLS)[number] | null;
  /** Of the cases, their split and their labels. */
  readonly digest: string;
  /** Whether it is the paper's own archive, whole. */
  readonly isPapers: boolean;
}

/**
 * Opens data to fine-tune on, divides them by patient (70 / 10 / 20 % unless they are divided already) and
 * writes the division into `folder`.
 *
 * @throws {DatasetError} the data have a problem
 */
export async function openLabelledData(
  { name, path, classes }: NamedData,
  task: TaskName,
  folder: string,
): Promise<LabelledData> {
  const { dimensions, whole, layout } = paperData[name]!;
  const labels = classes ? { labels: classes } : {};
  const dataset = await openDataset([path], { dimensions, use: task, ...labels });
  const archive = await tellArchive([path]);
  const divided = dataset.cases.some(({ split }) => split !== undefined)
    ? dataset.cases
    : splitByPatient(dataset.cases, PAPER_SHARES, 0);
  const part = (split: string) => divided.filter((item) => item.split === split);
  makeOutputFolder(folder);
  const splitFile = join(folder, `${task}-split.csv`);
  await writeSplit(splitFile, divided);
  return {
    path,
    splitFile,
    train: part('train'),
    validation: part('val'),
    test: part('test'),
    classes: dataset.labelNames,
    protocol: PROTOCOLS.find((known) => known === archive) ?? null,
    digest: await digestOf(divided),
    isPapers: divided.length >= whole && archive === layout,
  };
}

/** Says what a share of the labels lacks; undefined where it lacks nothing. */
export function complaintOf(data: LabelledData, share: number): string | undefined {
  const { train, classes } = data;
  const labelled = labelledSubset(train, { ratio: share }, LABEL_SEED);
  const said = missingClasses({ train, labelled, classes, seed: LABEL_SEED });
  return said && `${percent(share)} of the labels: ${said}`;
}

/** All training images of data, for pre-training that is transferred to other data. */
export async function wholePart(name: string, path: string): Promise<UnlabelledPart> {
  const { cases } = await openDataset([path], { dimensions: paperData[name]!.dimensions });
  const images = cases.map(({ image }) => image);
  return { splitFile: undefined, images: images.length, digest: await listingDigest(images) };
}

/** The training images of data without those whose labels are used (semi-supervised pre-training). */
export async function partWithoutLabels(
  name: string,
  data: LabelledData,
  share: number,
  folder: string,
): Promise<UnlabelledPart> {
  const { dimensions } = paperData[name]!;
  const opened: Dataset = await openDataset([data.path], { dimensions });
  const labelled = labelledSubset(data.train, { ratio: share }, LABEL_SEED);
  const apart = new Set([...labelled, ...data.validation, ...data.test].map(patientOf));
  const rest = opened.cases.filter((item) => !apart.has(patientOf(item)));
  const splitFile = join(folder, `without-labels-${percent(share).replace('%', '')}.csv`);
  await writeSplit(
    splitFile,
    rest.map((item) => ({ ...item, split: 'train' })),
  );
  const images = rest.map(({ image }) => image);
  return { splitFile, images: images.length, digest: await listingDigest(images) };
}

async function digestOf(cases: readonly Case[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await listingDigest(cases.map(({ image }) => image)));
  for (const { split, labels = [] } of cases) hash.update(`${split} ${labels.join(' ')}\n`);
  return hash.digest('hex');
}
