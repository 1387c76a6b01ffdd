/**
 * A whole CT through the 3D network as `pcrl predict` takes it: how near it comes to the rate of plain
 * forward passes of the training batch, and how much memory it takes.
 *
 *     npx tsx bench/predicting.ts [--size 512x512x300] [--rounds 3] [--threads 2] [--whole]
 *
 * The network has width 32, two structures, and the default settings (windows of 64x64x32 overlapping by half,
 * batches of 4). Rate: a volume of 2 x 2 x 2 windows is predicted, and as many windows go through forward
 * passes alone, in turn. Memory: a file is read, predicted and its mask written; after the first 8 of its
 * windows the network is left out, so that all else is done in full in minutes (`--whole` leaves nothing out).
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildInfo,
  noGrad,
  RandomStream,
  scope,
  setThreads,
  type Tensor,
  tensor,
  zeros,
} from '@pcrl/torch';
import { writeNifti } from '../packages/pcrl/src/images/index.js';
import type { Encoder } from '../packages/pcrl/src/networks/index.js';
import { resolveFinetuneSettings } from '../packages/pcrl/src/settings/index.js';
import { labelMap } from '../packages/pcrl/src/tasks/label-map.js';
import { type Prediction, predictVolume } from '../packages/pcrl/src/tasks/predict-volume.js';
import { SegmentationNetwork3D } from '../packages/pcrl/src/tasks/segmentation-network-3d.js';
import { planWindows } from '../packages/pcrl/src/tasks/sliding-window.js';
import { regionsOfLabels, structuresOf } from '../packages/pcrl/src/tasks/structures.js';
import { TaskNetwork } from '../packages/pcrl/src/tasks/task.js';
import { readChannels } from '../packages/pcrl/src/tasks/volume.js';
import { median } from './median.js';
import { peakMemory, type Step, timed } from './peer.js';

const { values: flags } = parseArgs({
  options: {
    size: { type: 'string', default: '512x512x300' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    whole: { type: 'boolean', default: false },
    /** Only the memory, with this file. */
    image: { type: 'string' },
  },
});

const size = flags.size.split('x').map(Number);
const rounds = Number(flags.rounds);
const settings = resolveFinetuneSettings({
  ...{ task: 'segmentation', dimensions: 3, data: ['data'], from: 'scratch', out: 'run' },
});
if (settings.task !== 'segmentation') throw new Error('no segmentation');
const { views, batch } = settings;
const window = views.size;
const REAL_WINDOWS = 8;
const LEAST_SHARE = 0.9;
const MOST_MEMORY = 3e9;
const prediction: Prediction = {
  ...{ window, overlap: views.overlap, batch },
  compute: { device: 'cpu', inPrecision: (forward) => forward() },
};

/** A network for its first windows, zeros for the others. */
class FirstWindows extends TaskNetwork {
  readonly encoder: Encoder;
  seen = 0;

  constructor(
    readonly real: SegmentationNetwork3D,
    readonly most: number,
  ) {
    super();
    this.encoder = real.encoder;
  }

  forward(input: Tensor): Tensor {
    this.seen += input.dimension(0);
    if (this.seen <= this.most) return this.real.forward(input);
    return zeros([input.dimension(0), 2, ...input.shape.slice(2)]);
  }
}

function normal(shape: readonly number[]): Float32Array {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  new RandomStream(1, 'bench predicting').fillNormal(values);
  return values;
}

function log(side: string, { seconds, busy }: Step): void {
  console.log(`  ${side.padEnd(15)} ${seconds.toFixed(2)} s, busy ${busy.toFixed(2)} s`);
}

/** Predicting a small volume against forward passes of as many windows. */
function measureRate(network: SegmentationNetwork3D): void {
  const small = window.map((side) => (side * 3) / 2);
  const count = planWindows(small, window, views.overlap).windows.length;
  const volume = { size: small, voxels: normal(small) };
  using input = tensor(normal([batch, 1, ...window]), [batch, 1, ...window]);
  const alone = () =>
    timed(() => {
      for (let done = 0; done < count; done += batch) scope(() => network.forward(input));
      return 0;
    });
  const predicted = () =>
    timed(() => scope(() => predictVolume(network, [volume], prediction)) && 0);
  const found: { alone: Step; predicted: Step }[] = [];
  for (let round = 0; round <= rounds; round++) {
    console.log(round === 0 ? `warm-up, ${count} windows` : `round ${round}`);
    const pair = { alone: alone(), predicted: predicted() };
    log('forward passes', pair.alone);
    log('predicted', pair.predicted);
    if (round > 0) found.push(pair);
  }
  for (const what of ['seconds', 'busy'] as const) {
    const [passes, whole] = (['alone', 'predicted'] as const).map((side) =>
      median(found.map((pair) => pair[side][what])),
    );
    console.log(
      `${what}: ${(count / whole!).toFixed(2)} windows a second, share of the forward rate ` +
        `${(passes! / whole!).toFixed(3)} (at least ${LEAST_SHARE})`,
    );
  }
}

/** In a process of its own: what was measured and drawn before does not count. */
async function measureMemory(network: SegmentationNetwork3D, image: string): Promise<void> {
  const structures = structuresOf(regionsOfLabels(['1', '2']));
  const net = new FirstWindows(network, flags.whole ? Number.POSITIVE_INFINITY : REAL_WINDOWS);
  const begin = performance.now();
  const channels = await readChannels({ image }, views);
  const windows = planWindows(channels[0]!.size, window, views.overlap).windows.length;
  const { place } = channels[0]!;
  const voxels = noGrad(() =>
    scope(() => labelMap(predictVolume(net, channels, prediction), structures, place.size)),
  );
  const mask = `${image}.mask.nii.gz`;
  await writeNifti(mask, { ...place, voxels });
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `${size.join('x')}: ${windows} windows, ${flags.whole ? windows : REAL_WINDOWS} of them through the network, ` +
      `${seconds.toFixed(0)} s, mask of ${(await stat(mask)).size} bytes`,
  );
  const gigabytes = (peakMemory() / 1e9).toFixed(2);
  console.log(`peak memory ${gigabytes} GB (at most ${MOST_MEMORY / 1e9} GB)`);
}

/** In Hounsfield units, 1 mm: nothing is resampled, so that every voxel is predicted. */
async function drawVolume(path: string): Promise<void> {
  const voxels = new Int16Array(size.reduce((product, side) => product * side, 1));
  for (let i = 0; i < voxels.length; i++) voxels[i] = ((i * 2_654_435_761) % 2000) - 1000;
  await writeNifti(path, { size, spacing: [1, 1, 1], voxels });
}

setThreads(Number(flags.threads));
using net = new SegmentationNetwork3D(
  settings.network,
  { width: 32, classes: 2 },
  new RandomStream(0, 'bench predicting'),
);
net.eval();
if (flags.image !== undefined) await measureMemory(net, flags.image);
else {
  console.log(`${cpus()[0]?.model} x ${cpus().length}; libtorch ${buildInfo().version}`);
  console.log(`threads ${flags.threads}, windows of ${window.join('x')}, batches of ${batch}`);
  if (rounds > 0) noGrad(() => measureRate(net));
  const folder = await mkdtemp(join(tmpdir(), 'pcrl-predicting-'));
  try {
    const image = join(folder, 'ct.nii');
    await drawVolume(image);
    const words = [...process.execArgv, ...process.argv.slice(1), '--image', image];
    spawnSync(process.execPath, words, { stdio: 'inherit' });
  } finally {
    await rm(folder, { recursive: true });
  }
}
