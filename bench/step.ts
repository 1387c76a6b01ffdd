/**
 * One training step of PCRLv2 (three forward passes, loss, backward, SGD with momentum), here and in
 * PyTorch on the same libtorch: same weights, same views, same drawn levels, in turn, medians.
 *
 *     npx tsx bench/step.ts --dimensions 3 --preset official [--batch 4] [--steps 3] [--threads 2]
 *     npx tsx bench/step.ts --dimensions 3 --preset paper [--peer paper]
 *
 * The peer runs the step of the released code. With `--preset paper` ours runs the paper's schedule,
 * networks and losses (one level drawn for a step, both views restored) on views of the same sizes; the
 * ratio is the mean over the levels that can be drawn. With `--peer paper` PyTorch runs that same step.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildInfo,
  loadTensors,
  RandomStream,
  SGD,
  saveTensors,
  scope,
  setThreads,
  type Tensor,
  tensor,
} from '@pcrl/torch';
import { pcrlv2Loss } from '../packages/pcrl/src/methods/pcrlv2.js';
import type { DrawnScales } from '../packages/pcrl/src/methods/scales.js';
import { NsUNet2D, NsUNet3D } from '../packages/pcrl/src/networks/index.js';
import { resolvePretrainSettings } from '../packages/pcrl/src/settings/index.js';
import type { ViewBatch } from '../packages/pcrl/src/views/index.js';
import { median } from './median.js';
import { Peer, peakMemory, type Step, timed } from './peer.js';

const { values: flags } = parseArgs({
  options: {
    dimensions: { type: 'string', default: '3' },
    preset: { type: 'string', default: 'official' },
    peer: { type: 'string', default: 'official' },
    batch: { type: 'string' },
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});

const dimensions = flags.dimensions === '2' ? 2 : 3;
const preset = flags.preset === 'paper' ? 'paper' : 'official';
const peerPreset = preset === 'paper' && flags.peer === 'paper' ? 'paper' : 'official';
const samePreset = preset === peerPreset;
const batch = Number(flags.batch ?? (dimensions === 2 ? 8 : 4));
const steps = Number(flags.steps);
const threads = Number(flags.threads);
const rate = dimensions === 2 ? 1e-2 : 1e-3;
const levels = dimensions === 2 ? 5 : 3;
const globalShape = dimensions === 2 ? [batch, 3, 224, 224] : [batch, 1, 64, 64, 32];
const localShape = dimensions === 2 ? [6 * batch, 3, 96, 96] : [6 * batch, 1, 16, 16, 16];
const atMost = { official: { 2: 0.95, 3: 0.85 }, paper: { 2: 0.7, 3: 0.55 } }[preset][dimensions];

const settings = resolvePretrainSettings({ dimensions, preset, data: ['data'], out: 'run' });

function makeViews(): ViewBatch {
  const normal = (view: number, shape: readonly number[]) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    new RandomStream(1, 'bench', view).fillNormal(values);
    return tensor(values, shape);
  };
  const target = normal(3, globalShape).sigmoid();
  return {
    globals: [normal(1, globalShape), normal(2, globalShape)],
    targets: [target, target],
    locals: normal(4, localShape),
  };
}

/** The levels of a step: all at `shared`, or each drawn as the released code draws them. */
function levelsOf(step: number, shared?: number): DrawnScales {
  const random = new RandomStream(2, 'bench', step);
  const draw = () => shared ?? random.integer(levels);
  const global = draw();
  return { global, pairs: Array.from({ length: 6 }, () => [draw(), draw()] as const) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function greatestDifference(ours: ReadonlyMap<string, Tensor>, path: string): string {
  return scope(() => {
    const { tensors } = loadTensors(path);
    const worst = [...ours].map(([name, value]) => {
      const difference = value.detach().sub(tensors.get(name)!).abs().max().item();
      return { name, difference, size: value.detach().abs().max().item() };
    });
    worst.sort((a, b) => b.difference - a.difference);
    const { name, difference, size } = worst[0]!;
    return `${difference.toExponential(1)} (${name}, whose greatest weight is ${size.toFixed(2)})`;
  });
}

async function main(folder: string, peer: Peer): Promise<void> {
  setThreads(threads);
  const random = new RandomStream(0, 'bench');
  using network =
    settings.dimensions === 2
      ? new NsUNet2D(settings.network, random)
      : new NsUNet3D(settings.network, random);
  const ofPeer = resolvePretrainSettings({
    ...{ dimensions, preset: peerPreset, data: ['data'], out: 'run' },
    network: { encoderInit: 'random' },
  });
  using start =
    ofPeer.dimensions === 2
      ? new NsUNet2D(ofPeer.network, random)
      : new NsUNet3D(ofPeer.network, random);
  if (samePreset) network.loadStateDict(start.stateDict());
  const views = makeViews();
  const weights = join(folder, 'weights.safetensors');
  const viewsFile = join(folder, 'views.safetensors');
  saveTensors(weights, start.stateDict());
  saveTensors(
    viewsFile,
    new Map([
      ['view1', views.globals[0]],
      ['view2', views.globals[1]],
      ['locals', views.locals],
      ['target', views.targets[0]],
    ]),
  );
  const known = await peer.ask<{ torch: string; threads: number }>({
    ...{ do: 'start', dimensions, preset: peerPreset, threads, rate, weights },
    views: viewsFile,
  });
  console.log(`${cpus()[0]?.model} x ${cpus().length}; libtorch ${buildInfo().version}`);
  console.log(`PyTorch ${known.torch}; threads ${threads} and ${known.threads}`);
  console.log(
    `${dimensions}D, ${preset} against ${peerPreset}: views [${globalShape}] x 2 and [${localShape}]`,
  );

  const parameters = network.namedParameters();
  using optimiser = new SGD(parameters, { momentum: 0.9, weightDecay: 1e-4 });
  const ours = (scales: DrawnScales): Step =>
    timed(() =>
      scope(() => {
        const { total } = pcrlv2Loss(network, views, settings.loss, { scales, beta: 1 });
        total.backward();
        optimiser.step(rate);
        return total.item();
      }),
    );

  const theirs = (scales: DrawnScales) =>
    peer.ask<Step>({ do: 'step', ...scales, beta: 1 }).then((step) => log('PyTorch', step));

  const first = levelsOf(0, preset === 'paper' ? levels - 1 : undefined);
  console.log(`warm-up, level ${first.global}`);
  log('ours', ours(first));
  await theirs(first);
  if (samePreset) {
    const after = join(folder, 'after.safetensors');
    await peer.ask({ do: 'save', weights: after });
    console.log(`  greatest difference of a weight: ${greatestDifference(parameters, after)}`);
  }
  const rounds: Round[] = [];
  for (let round = 1; round <= steps; round++) {
    const draws =
      preset === 'paper'
        ? Array.from({ length: levels }, (_, level) => levelsOf(round, level))
        : [levelsOf(round)];
    console.log(`round ${round}, levels ${draws.map(({ global }) => global)}`);
    rounds.push({
      ours: draws.map((scales) => log('ours', ours(scales))),
      theirs: await inTurn(samePreset ? draws : draws.slice(0, 1), theirs),
    });
  }
  const { peak } = await peer.ask<{ peak: number }>({ do: 'peak' });
  report(rounds, peakMemory(), peak);
}

/** The steps at the levels of a round; of the peer one where it does the same work at every level. */
interface Round {
  readonly ours: readonly Step[];
  readonly theirs: readonly Step[];
}

async function inTurn(draws: readonly DrawnScales[], step: (scales: DrawnScales) => Promise<Step>) {
  const steps: Step[] = [];
  for (const scales of draws) steps.push(await step(scales));
  return steps;
}

function log(side: string, step: Step): Step {
  const seconds = `${step.seconds.toFixed(2)} s, busy ${step.busy.toFixed(2)} s`;
  console.log(`  ${side.padEnd(7)} ${seconds}, loss ${step.loss.toFixed(7)}`);
  return step;
}

function report(rounds: readonly Round[], own: number, peak: number): void {
  for (const what of ['seconds', 'busy'] as const) {
    const overLevels = (side: 'ours' | 'theirs') =>
      mean(
        rounds[0]![side].map((_, level) =>
          median(rounds.map((round) => round[side][level]![what])),
        ),
      );
    const [ours, theirs] = [overLevels('ours'), overLevels('theirs')];
    const times = `ours ${ours.toFixed(2)}, PyTorch ${theirs.toFixed(2)}`;
    console.log(`${what}: ${times}, ratio ${(ours / theirs).toFixed(3)} (at most ${atMost})`);
  }
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const memory = `ours ${gigabytes(own)}, PyTorch ${gigabytes(peak)}`;
  console.log(`peak memory: ${memory}, ratio ${(own / peak).toFixed(3)} (at most 1.05)`);
}

process.env.OPENBLAS_NUM_THREADS = String(threads);
const peer = new Peer('step_peer.py', threads);
const folder = await mkdtemp(join(tmpdir(), 'pcrl-step-'));
try {
  await main(folder, peer);
} finally {
  peer.end();
  await rm(folder, { recursive: true });
}
