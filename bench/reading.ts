/**
 * Reading: a 512x512x300 int16 .nii.gz and .nii against nibabel, a 1024x1024 PNG decoded and shrunk
 * against Pillow. Both sides in turn from a warm file cache, medians; both results are float32 and
 * must have the same sum.
 *
 *     OMP_NUM_THREADS=1 taskset -c 1 npx tsx bench/reading.ts [rounds] [pictures]
 *
 * Ours gives canonical float32 voxels with z fastest in memory. nibabel's is
 * `as_closest_canonical(load(path)).get_fdata(dtype=float32)`, which leaves x fastest; with
 * `ascontiguousarray` after it, it lays the voxels out as ours does.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RandomStream } from '@pcrl/torch';
import { readImage, writeNifti } from '../packages/pcrl/src/images/index.js';
import { writeFilm } from './film.js';
import { median } from './median.js';

const ROUNDS = Number(process.argv[2] ?? 7);
const WARM_UP = 2;
/** Pictures are read so much more often: a round takes some milliseconds. */
const PICTURE_ROUNDS = 10;
const SIDE = 430;

interface Reading {
  readonly milliseconds: number;
  /** Processor time of all threads, which other work on the cores disturbs less. */
  readonly busy: number;
  readonly sum: number;
}

interface Task {
  readonly name: string;
  readonly peer: string;
  readonly reader: string;
  readonly path: string;
  readonly side?: number;
  /** Our time over the peer's that is aimed at. */
  readonly atMost: number;
}

/** The peer's process: one task in, the milliseconds and the sum of what was read out. */
class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  constructor() {
    const script = fileURLToPath(new URL('./reading_peer.py', import.meta.url));
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    this.#process = spawn('/usr/bin/python3', [script], { env });
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout);
  }

  async read({ reader, path, side }: Task): Promise<Reading> {
    this.#process.stdin.write(`${JSON.stringify({ reader, path, side })}\n`);
    const [line] = (await once(this.#lines, 'line')) as [string];
    return JSON.parse(line) as Reading;
  }

  close(): void {
    this.#process.stdin.end();
  }
}

async function ours({ path, side }: Task): Promise<Reading> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const image = await readImage(path, side === undefined ? {} : { shortSide: side });
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  let sum = 0;
  for (const value of image.voxels) sum += value;
  return { milliseconds, busy: (user + system) / 1000, sum };
}

async function compare(task: Task, peer: Peer): Promise<void> {
  const [here, there]: [Reading[], Reading[]] = [[], []];
  const often = task.side === undefined ? 1 : PICTURE_ROUNDS;
  for (let round = -WARM_UP * often; round < ROUNDS * often; round++) {
    const [mine, theirs] = [await ours(task), await peer.read(task)];
    // Pillow rounds each shrunk pixel to one of 256 greys.
    if (Math.abs(mine.sum / theirs.sum - 1) > (task.side ? 5e-3 : 1e-9)) {
      throw new Error(`${task.name}: sums differ, ${mine.sum} and ${theirs.sum}`);
    }
    if (round < 0) continue;
    here.push(mine);
    there.push(theirs);
  }
  const figures = (['milliseconds', 'busy'] as const).map((of) => {
    const [mine, theirs] = [here, there].map((readings) => median(readings.map((r) => r[of])));
    const ratio = (mine! / theirs!).toFixed(2);
    return `${of === 'busy' ? 'busy ' : ''}${mine!.toFixed(1)} / ${theirs!.toFixed(1)} ms, ratio ${ratio}`;
  });
  console.log(`${task.name}, against ${task.peer}: ${figures.join('; ')} (aim ${task.atMost})`);
}

/** A body of 40 HU with organs and noise in air of -1000 HU: about as compressible as a real CT. */
async function writeScan(path: string, size: readonly [number, number, number]): Promise<void> {
  const [width, height, depth] = size;
  const noise = new Float32Array(1 << 20);
  new RandomStream(1, 'bench').fillUniform(noise);
  const voxels = new Int16Array(width * height * depth);
  for (let x = 0, at = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const radius = Math.hypot((x / width - 0.5) / 0.45, (y / height - 0.5) / 0.35);
      const tissue = 40 + 60 * Math.sin(x / 23) * Math.sin(y / 31);
      for (let z = 0; z < depth; z++, at++) {
        const grain = noise[(at * 7919) & (noise.length - 1)]! - 0.5;
        voxels[at] = radius > 1 ? -1000 + 6 * grain : tissue + 40 * grain;
      }
    }
  }
  await writeNifti(path, { size, spacing: [0.7, 0.7, 1], voxels });
}

async function comparePictures(folder: string, peer: Peer): Promise<void> {
  for (const rows of ['filtered', 'plain'] as const) {
    const path = join(folder, `${rows}.png`);
    await writeFilm(path, { side: 1024, number: 0, rows });
    const pillow = { peer: 'Pillow', reader: 'picture', path, side: SIDE, atMost: 1.1 };
    await compare({ name: `PNG, ${rows} rows, 1024x1024 to ${SIDE}x${SIDE}`, ...pillow }, peer);
  }
}

async function compareVolumes(folder: string, peer: Peer): Promise<void> {
  const [zipped, plain] = [join(folder, 'ct.nii.gz'), join(folder, 'ct.nii')];
  for (const path of [zipped, plain]) await writeScan(path, [512, 512, 300]);
  const nifti = { peer: 'nibabel', reader: 'volume', atMost: 1 };
  const laidOut = { ...nifti, peer: 'nibabel, z fastest', reader: 'contiguous volume' };
  await compare({ name: '.nii.gz, 512x512x300', path: zipped, ...nifti }, peer);
  await compare({ name: '.nii.gz, 512x512x300', path: zipped, ...laidOut }, peer);
  await compare({ name: '.nii, 512x512x300', path: plain, ...nifti }, peer);
}

const folder = await mkdtemp(join(tmpdir(), 'bench-reading-'));
try {
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, one thread on each side`);
  const peer = new Peer();
  if (process.argv[3] !== 'pictures') await compareVolumes(folder, peer);
  await comparePictures(folder, peer);
  peer.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
