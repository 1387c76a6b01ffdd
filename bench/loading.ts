/**
 * Loading for 2D training: PNGs of 1024x1024 read, decoded and shrunk to a short side of 430 by two threads, alone
 * and with the two global and six local views of each drawn, cut, resized, turned and mirrored; against a
 * PyTorch DataLoader with two workers, Pillow and torchvision doing the same. In turn from a warm file cache,
 * nothing kept between epochs on either side.
 *
 *     npx tsx --import ./scripts/typescript-in-threads.mjs bench/loading.ts [pictures] [rounds]
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { resolvePretrainSettings } from '../packages/pcrl/src/settings/index.js';
import { batchesFrom } from '../packages/pcrl/src/training/batches.js';
import { Loader } from '../packages/pcrl/src/training/loader.js';
import { LoaderThreads } from '../packages/pcrl/src/training/loader-threads.js';
import { shortSideForViews } from '../packages/pcrl/src/views/shrink.js';
import { writeFilm } from './film.js';
import { median } from './median.js';
import { Peer } from './peer.js';

const PICTURES = Number(process.argv[2] ?? 256);
const ROUNDS = Number(process.argv[3] ?? 3);
const FILMS = 32;
const SIDE = 1024;
const WORKERS = 2;
const BATCH = 32;
/** Threads start and code warms up over so many pictures; the peer's workers are forked from a warm process. */
const WARM_UP = WORKERS * BATCH;

interface Rate {
  /** Pictures a second. */
  readonly clock: number;
  /** Pictures in two seconds of processor time: what two cores without other work would do. */
  readonly busy: number;
}

const { views } = resolvePretrainSettings({ dimensions: 2, data: ['x'], out: 'x' });
const shortSide = shortSideForViews(views);

async function rateOf(load: () => Promise<number>): Promise<Rate> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const count = await load();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  return { clock: count / seconds, busy: (count * WORKERS * 1e6) / (user + system) };
}

async function picturesAlone(images: readonly string[]): Promise<Rate> {
  const threads = Array.from(
    { length: WORKERS },
    () =>
      new Worker(new URL('./loading_worker.ts', import.meta.url), { workerData: { shortSide } }),
  );
  const read = (paths: readonly string[]) =>
    Promise.all(
      threads.map(async (thread, index) => {
        const answer = once(thread, 'message') as Promise<[number]>;
        thread.postMessage(paths.filter((_, at) => at % WORKERS === index));
        return (await answer)[0];
      }),
    );
  await read(images.slice(0, WARM_UP));
  const rate = await rateOf(async () => (await read(images)).reduce((sum, count) => sum + count));
  await Promise.all(threads.map((thread) => thread.terminate()));
  return rate;
}

async function samplesWithViews(images: readonly string[]): Promise<Rate> {
  const list = { images, samplesPerImage: 1, views, seed: 1 };
  const source = new LoaderThreads(list, WORKERS, 0);
  const plan = { seed: 1, samples: images.length, batch: BATCH };
  const steps = (images.length + WARM_UP) / BATCH;
  const loader = new Loader(list, source, batchesFrom(plan, 0, steps), ({ path, reason }) => {
    throw new Error(`${path}: ${reason}`);
  });
  for (let loaded = 0; loaded < WARM_UP; loaded += BATCH) await loader.next();
  const rate = await rateOf(async () => {
    let count = 0;
    for (let batch = await loader.next(); batch; batch = await loader.next()) {
      count += batch.prepared.length;
    }
    return count;
  });
  await source.close();
  return rate;
}

function report(name: string, here: readonly Rate[], there: readonly Rate[]): void {
  for (const of of ['clock', 'busy'] as const) {
    const [mine, theirs] = [here, there].map((rates) => median(rates.map((rate) => rate[of])));
    const by = of === 'busy' ? 'processor time' : 'the clock';
    const rates = `${mine!.toFixed(0)} a second (aim 150), peer ${theirs!.toFixed(0)}`;
    console.log(`${name}, by ${by}: ${rates}, ratio ${(mine! / theirs!).toFixed(2)}`);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-loading-'));
const peer = new Peer('./loading_peer.py', 1);
try {
  const films = Array.from({ length: FILMS }, (_, index) => join(folder, `film-${index}.png`));
  for (const [number, film] of films.entries()) {
    await writeFilm(film, { side: SIDE, number, rows: 'filtered' });
  }
  const images = Array.from({ length: PICTURES }, (_, index) => films[index % films.length]!);
  const order = { folder, pictures: PICTURES, side: shortSide, workers: WORKERS, batch: BATCH };
  console.log(
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${WORKERS} workers on each side`,
  );
  const cases = [
    { name: 'decoded and shrunk', ours: picturesAlone, views: false },
    { name: 'with views', ours: samplesWithViews, views: true },
  ];
  for (const { name, ours, views } of cases) {
    const [here, there]: [Rate[], Rate[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      here.push(await ours(images));
      there.push(await peer.ask<Rate>({ ...order, views }));
    }
    report(name, here, there);
  }
} finally {
  peer.end();
  await rm(folder, { recursive: true, force: true });
}
