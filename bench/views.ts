/**
 * Views: 2 global and 6 local ones of a sample, drawn, cut and rendered here, against the per-sample
 * processing of PCRLv2's released code (torchvision on PIL images; skimage's and torchio's steps in
 * scipy and numpy). Both sides in turn, medians, images already decoded; here decoding includes
 * shrinking a large image once, which loaders keep in memory. Its time is printed apart.
 *
 *     OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1 npx tsx bench/views.ts [threads]
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RandomStream, scope, setThreads } from '@pcrl/torch';
import { resolvePretrainSettings } from '../packages/pcrl/src/settings/index.js';
import {
  prepareSample,
  renderViews,
  shrinkForViews,
  type ViewImage,
  type ViewSettings,
} from '../packages/pcrl/src/views/index.js';
import { median } from './median.js';

const THREADS = Number(process.argv[2] ?? 1);
const ROUNDS = 21;
const WARM_UP = 20;
/** Training takes larger ones: 64 in 2D and 32 in 3D by default. */
const BATCH = 16;

interface Task {
  readonly name: string;
  readonly size: readonly number[];
  readonly atLeast: number;
}

const TASKS: readonly Task[] = [
  { name: '3D, 64x64x32 and 16^3, of 300x300x250', size: [300, 300, 250], atLeast: 3 },
  { name: '2D, 224 and 96, of 320x320', size: [320, 320], atLeast: 4 },
  { name: '2D, 224 and 96, of 1024x1024', size: [1024, 1024], atLeast: 4 },
];

/** Milliseconds a sample on our side: drawing, cutting, rendering. */
function ours(image: ViewImage, views: ViewSettings, round: number): number {
  const start = performance.now();
  scope(() => {
    const samples = Array.from({ length: BATCH }, (_, item) => {
      const at = { seed: 1, epoch: round, sample: item };
      return prepareSample(image, at, views);
    });
    renderViews(samples, views);
  });
  return (performance.now() - start) / BATCH;
}

/** The peer's process: one task in, the milliseconds of one sample out. */
class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  constructor() {
    const script = fileURLToPath(new URL('./views_peer.py', import.meta.url));
    const threads = String(THREADS);
    const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
    this.#process = spawn('/usr/bin/python3', [script], { env });
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout);
  }

  async milliseconds(voxels: string, size: readonly number[]): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify({ voxels, size, threads: THREADS })}\n`);
    const [line] = (await once(this.#lines, 'line')) as [string];
    return JSON.parse(line).milliseconds as number;
  }

  close(): void {
    this.#process.stdin.end();
  }
}

async function compare(task: Task, peer: Peer, folder: string): Promise<void> {
  const { name, size, atLeast } = task;
  const voxels = new Float32Array(size.reduce((product, side) => product * side, 1));
  new RandomStream(1, 'bench').fillUniform(voxels);
  const unit = size.length === 3 ? 'HU' : 'arbitrary';
  const decoded: ViewImage = { size, voxels, channels: 1, spacing: size.map(() => 1), unit };
  const dimensions = size.length as 2 | 3;
  const { views } = resolvePretrainSettings({ dimensions, data: ['data'], out: 'run' });
  shrinkForViews(decoded, views);
  const beforeShrinking = performance.now();
  const image = shrinkForViews(decoded, views);
  const shrinking = performance.now() - beforeShrinking;
  const file = join(folder, 'voxels.f32');
  await writeFile(file, voxels);
  const [here, there]: [number[], number[]] = [[], []];
  // The JavaScript engine compiles hot loops while they run; the peer reads its file the first time.
  for (let round = 0; round < WARM_UP; round++) ours(image, views, ROUNDS + round);
  await peer.milliseconds(file, size);
  for (let round = 0; round < ROUNDS; round++) {
    here.push(ours(image, views, round));
    there.push(await peer.milliseconds(file, size));
  }
  const ratio = median(there) / median(here);
  const once = image === decoded ? '' : `; shrinking, once: ${shrinking.toFixed(1)} ms`;
  const figures = `${median(here).toFixed(1)} ms, peer ${median(there).toFixed(1)} ms`;
  console.log(
    `${name}: ${figures}, ${ratio.toFixed(1)} times as fast (to reach: ${atLeast})${once}`,
  );
}

setThreads(THREADS);
console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores; ${THREADS} threads on both sides`);
const folder = await mkdtemp(join(tmpdir(), 'bench-views-'));
const peer = new Peer();
for (const task of TASKS) await compare(task, peer, folder);
peer.close();
await rm(folder, { recursive: true });
