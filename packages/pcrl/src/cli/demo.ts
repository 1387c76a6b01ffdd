import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RunError, SettingsError } from '../errors.js';
import { compare } from '../evaluation/compare.js';
import { pretrainingReport } from '../evaluation/pretraining-section.js';
import { makeOutputFolder } from '../output-folder.js';
import { writePhantomDataset } from '../phantom/index.js';
import {
  type FinetuneInput,
  type PretrainInput,
  resolveFinetuneSettings,
  resolvePretrainSettings,
} from '../settings/index.js';
import { finetune } from '../tasks/finetune.js';
import { pretrain } from '../training/pretrain.js';
import type { RunIO } from '../training/run-io.js';
import { guessDimensions } from './dimensions.js';

/** What the demo works on. */
interface DemoData {
  readonly dimensions: 2 | 3;
  /** Images to pre-train on, without labels. */
  readonly images: string;
  /** CSV with labels; without one the demo ends after pre-training. */
  readonly labels: string | undefined;
  readonly task: 'classification' | 'segmentation';
}

const PHANTOMS = {
  seed: 7,
  size: [64, 64, 48],
  spacing: [6, 6, 6],
  cases: { unlabelled: 24, train: 4, val: 1, test: 8 },
} as const;

/** A quarter of the published network's. */
const WIDTH = 8;
const SEEDS = 2;

/**
 * The whole way on a small scale: pre-train without labels, fine-tune on few labels from those weights
 * and from scratch, compare, write a report.
 *
 * @param out the folder to make; an earlier demo in it is replaced
 * @param data a folder of one's own images, with a `labels.csv` in it if there are labels; else thorax
 *   phantoms are drawn
 * @returns the path of the report
 */
export async function runDemo(out: string, data: string | undefined, io: RunIO): Promise<string> {
  await replaceDemo(out);
  const demo = data === undefined ? await drawPhantoms(out, io) : await ownData(data);
  const report = join(out, 'report.html');
  const pretrained = join(out, 'pretrained');
  io.say('\nPre-training on images without labels');
  await pretrain(resolvePretrainSettings(pretraining(demo, pretrained)), io);
  if (io.interrupted()) return report;
  if (demo.labels === undefined) {
    await pretrainingReport(pretrained, report);
    return report;
  }
  const runs: string[] = [];
  for (const [name, from] of [
    ['fine-tuned', pretrained],
    ['from-scratch', 'scratch'],
  ] as const) {
    const run = join(out, name);
    io.say(`\nFine-tuning on few labels, ${from === 'scratch' ? 'from scratch' : 'pre-trained'}`);
    await finetune(resolveFinetuneSettings(finetuning(demo, from, run)), io);
    if (io.interrupted()) return report;
    runs.push(run);
  }
  io.say('');
  await compare(runs, report, io);
  return report;
}

/** Only what an earlier demo made is ever removed: it holds a folder `pretrained`. */
async function replaceDemo(out: string): Promise<void> {
  if (existsSync(out) && !existsSync(join(out, 'pretrained')) && !existsSync(join(out, 'data'))) {
    throw new RunError(`${out} is there and holds no demo`, 'Choose another folder with --out.');
  }
  await rm(out, { recursive: true, force: true });
  makeOutputFolder(out);
}

async function drawPhantoms(out: string, io: RunIO): Promise<DemoData> {
  io.say('Drawing thorax phantoms: CT in Hounsfield units, with masks of five organs');
  const { unlabelled, labels } = await writePhantomDataset(join(out, 'data'), PHANTOMS);
  return { dimensions: 3, images: unlabelled, labels, task: 'segmentation' };
}

async function ownData(folder: string): Promise<DemoData> {
  const images = resolve(folder);
  if (!existsSync(images)) {
    throw new SettingsError(`${folder} does not exist`, 'Give --data a folder of images.');
  }
  const dimensions = await guessDimensions([images]);
  const csv = join(images, 'labels.csv');
  if (!existsSync(csv)) return { dimensions, images, labels: undefined, task: 'segmentation' };
  const columns = (await readFile(csv, 'utf8')).split(/\r?\n/, 1)[0]?.split(',') ?? [];
  const task = columns.includes('label') ? 'segmentation' : 'classification';
  return { dimensions, images: csv, labels: csv, task };
}

/** Small, so that the whole demo takes minutes on two cores. */
function pretraining({ dimensions, images }: DemoData, out: string): PretrainInput {
  const shared = { data: [images], out, checkpoint: { everyMinutes: 1 } };
  // Few steps take a high rate; clipped gradients and a warm-up keep them stable.
  const optimiser = { learningRate: 0.1, warmupSteps: 10, clipGradientNorm: 1 };
  if (dimensions === 2) {
    return { ...shared, dimensions, optimiser, steps: 80, batch: 16, views: { size: [96, 96] } };
  }
  return {
    ...shared,
    dimensions,
    optimiser,
    steps: 150,
    batch: 8,
    // At full weight the comparisons keep so short a run from learning to restore, and so does heavy noise.
    loss: { compareWeight: 0.02 },
    network: { width: WIDTH },
    views: {
      size: [24, 24, 24],
      localSize: [8, 8, 8],
      spacing: 'native',
      margins: [0, 0, 0],
      cropsPerVolume: 4,
      noise: { std: [0, 0.1] },
      swap: { count: 30 },
    },
  };
}

function finetuning({ dimensions, labels, task }: DemoData, from: string, out: string) {
  const length = { seeds: SEEDS, labels: 4, steps: 160, select: 'last' };
  const shared = { data: [labels ?? ''], from, out, ...length };
  if (task === 'classification') {
    const size = dimensions === 2 ? [96, 96] : [32, 32, 32];
    return { ...shared, task, dimensions, batch: 4, views: { size } } as FinetuneInput;
  }
  // The encoder learns slowly from either start: at the rate of the others, so few labels spoil it.
  const optimiser = { learningRate: 0.01, schedule: 'cosine', warmupSteps: 20, encoderFactor: 0.1 };
  const slow = { ...shared, task, dimensions, batch: 2, optimiser };
  if (dimensions === 2) return { ...slow, views: { size: [96, 96] } } as FinetuneInput;
  return {
    ...slow,
    network: { width: WIDTH, normalisation: 'batch' },
    // Mirrored, a liver looks much like a spleen.
    views: { size: [32, 32, 32], spacing: 'native', flip: 0 },
  } as FinetuneInput;
}
