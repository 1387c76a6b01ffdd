/**
 * A cache of prepared volumes: random boxes read from it, a list of many cases opened, and samples prepared
 * by a loader thread.
 *
 *     npx tsx bench/cache.ts [folder]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch/random';
import { openDataset } from '../packages/pcrl/src/datasets/index.js';
import { PREPARED_VERSION, PreparedVolume } from '../packages/pcrl/src/images/index.js';
import { writeCase } from '../packages/pcrl/src/preparing/case-files.js';
import { idOf } from '../packages/pcrl/src/preparing/plan.js';
import { resolvePretrainSettings } from '../packages/pcrl/src/settings/index.js';
import { SamplePreparer } from '../packages/pcrl/src/training/sample-preparer.js';
import { median } from './median.js';

const SIZE = [360, 300, 320];
const VOLUMES = 4;
const BOXES = 300;
const SAMPLES = 64;
const CASES = 100_000;

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'pcrl-cache-'));
try {
  console.log(`${cpus()[0]?.model}, one thread, Node ${process.version}`);
  const records = writeVolumes();
  boxes(records);
  await samples(records);
  await listing();
} finally {
  rmSync(folder, { recursive: true });
}

function writeVolumes(): string[] {
  return Array.from({ length: VOLUMES }, (_, at) => {
    const [x, y, z] = SIZE as [number, number, number];
    const voxels = new Uint16Array(x * y * z);
    const random = new RandomStream(1, 'cache bench', at);
    const noise = Uint16Array.from({ length: 65_537 }, () => 28_000 + random.integer(20_000));
    for (let i = 0; i < voxels.length; i++) voxels[i] = noise[i % noise.length]!;
    const id = idOf(`/bench/volume-${at}`);
    const about = aboutVolume(at);
    writeCase(folder, { id, sources: [about.source] }, [{ part: '', about, voxels }]);
    return join(folder, 'cases', id.slice(-10, -8), `${id}.prepared.json`);
  });
}

function aboutVolume(at: number) {
  return {
    source: { path: `/bench/volume-${at}`, bytes: 0, modified: 0, sha256: '' },
    kind: 'volume',
    size: SIZE,
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
    kept: { start: [0, 0, 0], size: SIZE },
    sourceSize: SIZE,
    sourceSpacing: [1, 1, 1],
    lowest: 0,
  } as const;
}

/** Each box opens its file, as a sample does. */
function boxes(records: readonly string[]): void {
  const random = new RandomStream(2, 'cache bench: boxes');
  const times: number[] = [];
  for (let at = 0; at < BOXES; at++) {
    const start = SIZE.map((side) => random.integer(side - 96 + 1));
    const began = performance.now();
    using volume = new PreparedVolume(records[at % records.length]!);
    volume.read(start, [96, 96, 96]);
    times.push(performance.now() - began);
  }
  const ms = median(times);
  console.log(
    `96^3 boxes of 16 bits, warm: ${ms.toFixed(1)} ms (median), ${(1000 / ms).toFixed(0)} a second (aim 100)`,
  );
}

async function samples(records: readonly string[]): Promise<void> {
  const settings = resolvePretrainSettings({ dimensions: 3, data: ['x'], out: 'x' });
  const { views } = settings;
  const list = { images: records, samplesPerImage: SAMPLES / records.length, views, seed: 1 };
  const preparer = new SamplePreparer(list, 0);
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const began = performance.now();
    const outcome = await preparer.prepare({ sample, epoch: 0 });
    if ('problem' in outcome) throw new Error(outcome.problem.reason);
    times.push(performance.now() - began);
  }
  const ms = median(times);
  console.log(
    `samples of 2 views ${views.size.join('x')} and ${views.localViews} of ${views.localSize.join('x')}: ` +
      `${ms.toFixed(1)} ms (median), ${(1000 / ms).toFixed(1)} a second on one loader thread`,
  );
}

/** An index of many cases, and the empty records that it is compared with. */
async function listing(): Promise<void> {
  const cache = join(folder, 'many');
  mkdirSync(cache);
  const lines: string[] = [];
  const made = new Set<string>();
  for (let at = 0; at < CASES; at++) {
    const path = `/data/scan-${at}.nii.gz`;
    const id = idOf(path);
    const below = join(cache, 'cases', id.slice(-10, -8));
    if (!made.has(below)) mkdirSync(below, { recursive: true });
    made.add(below);
    writeFileSync(join(below, `${id}.prepared.json`), '');
    const source = { path, bytes: 1, modified: 1, sha256: '0'.repeat(64) };
    lines.push(JSON.stringify({ id, patient: String(at), split: 'train', sources: [source] }));
  }
  const preparing = { dimensions: 3, spacing: 1, intensity: 'auto' };
  const sources = ['/data'];
  const about = { format: 'pcrl cache', version: PREPARED_VERSION, preparing, sources };
  writeFileSync(
    join(cache, 'cache.json'),
    JSON.stringify({ ...about, cases: CASES, labelNames: [] }),
  );
  writeFileSync(join(cache, 'index.jsonl'), `${lines.join('\n')}\n`);
  const began = performance.now();
  const { cases } = await openDataset([cache], { dimensions: 3 });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${cases.length.toLocaleString('en')} cases opened in ${seconds.toFixed(2)} s (aim 5)`,
  );
}
