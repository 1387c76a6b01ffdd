/**
 * One fine-tuning step (forward, loss, backward, Adam), here and in PyTorch on the same libtorch: same
 * weights, same images, in turn, medians.
 *
 *     npx tsx bench/finetune-step.ts --dimensions 2 [--steps 7] [--threads 2]
 *     npx tsx bench/finetune-step.ts --dimensions 3 [--steps 5] [--threads 2]
 *
 * 2D: classification, ResNet-18, 14 classes, batch 8 of 224x224, BCE. 3D: segmentation with skip connections
 * and group normalisation, width 32, batch 2 of 64x64x32, Dice and 0.2 BCE. Without dropout, so that losses
 * can be compared.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Adam,
  buildInfo,
  RandomStream,
  saveTensors,
  scope,
  setThreads,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { ClassificationNetwork } from '../packages/pcrl/src/tasks/classification-network.js';
import { segmentationLoss } from '../packages/pcrl/src/tasks/dice-loss.js';
import { lossOfKnown } from '../packages/pcrl/src/tasks/known-labels.js';
import { SegmentationNetwork3D } from '../packages/pcrl/src/tasks/segmentation-network-3d.js';
import type { TaskNetwork } from '../packages/pcrl/src/tasks/task.js';
import { median } from './median.js';
import { Peer, peakMemory, type Step, timed } from './peer.js';

const { values: flags } = parseArgs({
  options: {
    dimensions: { type: 'string', default: '3' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});

const dimensions = flags.dimensions === '2' ? 2 : 3;
const steps = Number(flags.steps);
const threads = Number(flags.threads);
const AT_MOST = 1.02;
const RATE = 1e-4;
const [inputShape, targetShape] =
  dimensions === 2
    ? [
        [8, 3, 224, 224],
        [8, 14],
      ]
    : [
        [2, 1, 64, 64, 32],
        [2, 1, 64, 64, 32],
      ];

function makeNetwork(random: RandomStream): TaskNetwork {
  if (dimensions === 2) {
    const shape = { dimensions, classes: 14, dropout: 0, width: 0 } as const;
    return new ClassificationNetwork(shape, random);
  }
  const settings = { width: 32, normalisation: 'group', skipConnections: true } as const;
  return new SegmentationNetwork3D(settings, { width: 32, classes: 1 }, random);
}

function lossOf(network: TaskNetwork, input: Tensor, target: Tensor): Tensor {
  const logits = network.forward(input);
  if (dimensions === 2) return lossOfKnown(logits, { labels: target, known: null });
  return segmentationLoss(logits.sigmoid(), target, { loss: 'dice+bce', bceWeight: 0.2 });
}

function normal(view: number, shape: readonly number[]): Tensor {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  new RandomStream(1, 'bench', view).fillNormal(values);
  return tensor(values, shape);
}

function log(side: string, step: Step): Step {
  const { seconds, busy, loss } = step;
  console.log(
    `  ${side.padEnd(7)} ${seconds.toFixed(3)} s, busy ${busy.toFixed(3)} s, loss ${loss.toFixed(7)}`,
  );
  return step;
}

async function main(folder: string, peer: Peer): Promise<void> {
  setThreads(threads);
  using network = makeNetwork(new RandomStream(0, 'bench'));
  using input = normal(1, inputShape);
  using target = normal(2, targetShape).gt(0.5).to({ dtype: 'f32' });
  const [weights, images] = ['weights', 'images'].map((name) =>
    join(folder, `${name}.safetensors`),
  );
  saveTensors(weights!, network.stateDict());
  saveTensors(
    images!,
    new Map([
      ['input', input],
      ['target', target],
    ]),
  );
  const known = await peer.ask<{ torch: string; threads: number }>({
    ...{ do: 'start', dimensions, threads, rate: RATE, weights, images },
  });
  console.log(`${cpus()[0]?.model} x ${cpus().length}; libtorch ${buildInfo().version}`);
  console.log(`PyTorch ${known.torch}; threads ${threads} and ${known.threads}`);
  console.log(`${dimensions}D, input [${inputShape}]`);
  network.train();
  using optimiser = new Adam(network.namedParameters(), { weightDecay: 0 });
  const ours = () =>
    timed(() =>
      scope(() => {
        const loss = lossOf(network, input, target);
        loss.backward();
        optimiser.step(RATE);
        return loss.item();
      }),
    );
  const rounds: { ours: Step; theirs: Step }[] = [];
  for (let round = 0; round <= steps; round++) {
    console.log(round === 0 ? 'warm-up' : `round ${round}`);
    const pair = {
      ours: log('ours', ours()),
      theirs: log('PyTorch', await peer.ask({ do: 'step' })),
    };
    if (round > 0) rounds.push(pair);
  }
  for (const what of ['seconds', 'busy'] as const) {
    const [own, theirs] = (['ours', 'theirs'] as const).map((side) =>
      median(rounds.map((round) => round[side][what])),
    );
    const ratio = (own! / theirs!).toFixed(3);
    console.log(
      `${what}: ours ${own!.toFixed(3)}, PyTorch ${theirs!.toFixed(3)}, ratio ${ratio} (at most ${AT_MOST})`,
    );
  }
  const { peak } = await peer.ask<{ peak: number }>({ do: 'peak' });
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  console.log(`peak memory: ours ${gigabytes(peakMemory())}, PyTorch ${gigabytes(peak)}`);
}

process.env.OPENBLAS_NUM_THREADS = String(threads);
const peer = new Peer('finetune_step_peer.py', threads);
const folder = await mkdtemp(join(tmpdir(), 'pcrl-finetune-step-'));
try {
  await main(folder, peer);
} finally {
  peer.end();
  await rm(folder, { recursive: true });
}
