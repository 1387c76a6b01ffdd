/**
 * Loading for 2D training: PNGs of 1024x1024 read, decoded and shrunk to a short side of 430 by two loader
 * threads, against a PyTorch DataLoader with two workers and Pillow, in turn from a warm file cache.
 *
 *     npx tsx --import ./scripts/typescript-in-threads.mjs bench/loading.ts [pictures] [rounds]
 *
 * Nothing is kept between epochs on either side. Ours also draws and cuts the two global and six local
 * views of each sample; the peer stops at the shrunk picture.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomStream } from '@pcrl/torch/random';
import { writePng } from '../packages/pcrl/src/images/index.js';
import { resolvePretrainSettings } from '../packages/pcrl/src/settings/index.js';
import { batchesFrom } from '../packages/pcrl/src/training/batches.js';
import { Loader } from '../packages/pcrl/src/training/loader.js';
import { LoaderThreads } from '../packages/pcrl/src/training/loader-threads.js';
import { shortSideForViews } from '../packages/pcrl/src/views/shrink.js';
import { median } from './median.js';

const PICTURES = Number(process.argv[2] ?? 256);
const ROUNDS = Number(process.argv[3] ?? 3);
const SIDE = 1024;
const WORKERS = 2;
const BATCH = 32;

interface Rate {
  /** Pictures a second. */
  readonly clock: number;
  /** Pictures in two seconds of processor time: what two cores without other work would do. */
  readonly busy: number;
}

const { views } = resolvePretrainSettings({ dimensions: 2, data: ['x'], out: 'x' });

async function ours(images: readonly string[]): Promise<Rate> {
  const list = { images, samplesPerImage: 1, views, seed: 1 };
  const source = new LoaderThreads(list, WORKERS, 0);
  const warmUp = WORKERS * BATCH;
  const plan = { seed: 1, samples: images.length, batch: BATCH };
  const steps = (images.length + warmUp) / BATCH;
  const loader = new Loader(list, source, batchesFrom(plan, 0, steps), ({ path, reason }) => {
    throw new Error(`${path}: ${reason}`);
  });
  try {
    // Threads start and code warms up; the peer's workers are forked from a warm process.
    for (let loaded = 0; loaded < warmUp; loaded += BATCH) await loader.next();
    const [start, used] = [performance.now(), process.cpuUsage()];
    let count = 0;
    for (let batch = await loader.next(); batch; batch = await loader.next()) {
      count += batch.prepared.length;
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(used);
    return { clock: count / seconds, busy: (count * WORKERS * 1e6) / (user + system) };
  } finally {
    await source.close();
  }
}

function peer(folder: string): Rate {
  const script = fileURLToPath(new URL('./loading_peer.py', import.meta.url));
  const side = String(shortSideForViews(views));
  const args = [script, folder, side, String(WORKERS), String(BATCH)];
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const { stdout } = spawnSync('/usr/bin/python3', args, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(stdout) as Rate;
}

/** A soft film with grain, each of its own. */
async function writeFilm(path: string, index: number): Promise<void> {
  const noise = new Float32Array(SIDE * SIDE);
  new RandomStream(2, 'bench', index).fillUniform(noise);
  const pixels = Uint8Array.from(noise, (grain, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    return 128 + 90 * Math.sin(x / 150 + index) * Math.sin(y / 190) + 8 * (grain - 0.5);
  });
  await writePng(path, { width: SIDE, height: SIDE, pixels });
}

const folder = await mkdtemp(join(tmpdir(), 'bench-loading-'));
try {
  const films = Array.from({ length: 32 }, (_, index) => join(folder, `film-${index}.png`));
  for (const [index, film] of films.entries()) await writeFilm(film, index);
  const images = Array.from({ length: PICTURES }, (_, index) => films[index % films.length]!);
  console.log(
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${WORKERS} workers on each side`,
  );
  const [here, there]: [Rate[], Rate[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    here.push(await ours(images));
    there.push(peer(folder));
  }
  for (const of of ['clock', 'busy'] as const) {
    const [mine, theirs] = [here, there].map((rates) => median(rates.map((rate) => rate[of])));
    const rates = `${mine!.toFixed(0)} a second (aim 150), DataLoader and Pillow ${theirs!.toFixed(0)}`;
    console.log(
      `by the ${of === 'busy' ? 'processor time' : 'clock'}: ${rates}, ratio ${(mine! / theirs!).toFixed(2)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
