import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import type { Capture } from '../../src/training/capture.js';
import { runPretraining } from '../../src/training/pretraining-run.js';
import { replaySteps } from '../../src/training/replay.js';
import { temporaryFolder } from '../images/folders.js';
import { fakeMethod, type Tamper } from './fake-method.js';
import { RecordingIO } from './recording-io.js';
import { metricsOf, weightsOf } from './run-output.js';
import { settings2D, writePictures } from './tiny-data.js';

// On a GPU losses are read every few steps. That this changes nothing shows on a CPU as well.
const reading = vi.hoisted(() => ({ every: 1 }));
vi.mock(import('../../src/training/device.js'), async (original) => {
  const { prepareCompute, ...rest } = await original();
  const deferred: typeof prepareCompute = (wishes) => ({
    ...prepareCompute(wishes),
    readEvery: reading.every,
  });
  return { ...rest, prepareCompute: deferred };
});

const root = temporaryFolder();
const pictures = join(root, 'pictures');
beforeAll(() => writePictures(pictures, 8));

async function run(name: string, every: number, io = new RecordingIO(), tamper?: Tamper) {
  reading.every = every;
  const settings = settings2D(pictures, join(root, name), {
    steps: 13,
    checkpoint: { everySteps: 4 },
  });
  return runPretraining(settings, io, await openDataset([pictures]), fakeMethod(tamper));
}

describe('losses read every five steps', () => {
  it('are those read at every step', async () => {
    const before = liveTensors().tensors;
    const each = await run('each', 1);
    const deferred = await run('deferred', 5);
    // The snapshot for captures lives beside the training state.
    const withoutCount = (run: string) =>
      metricsOf(run).map((line) => ({ ...line, live_tensors: 0 }));
    expect(withoutCount(deferred.run)).toEqual(withoutCount(each.run));
    expect(weightsOf(deferred.run)).toBe(weightsOf(each.run));
    expect(liveTensors().tensors).toBe(before);
  });

  // Readings come with step 5 (inside a step) and with the checkpoints after steps 4, 8 and 12.
  it.each([
    [2, 0],
    [6, 4],
    [7, 4],
    [8, 8],
    [11, 8],
  ])('a step %i that breaks is replayed from the state before step %i', async (broken, from) => {
    const tamper: Tamper = (total, { step }) => (step < broken ? total : total.mul(0).sub(1).log());
    const out = join(root, `broken-${broken}`);
    await expect(run(`broken-${broken}`, 5, new RecordingIO(), tamper)).rejects.toThrow(
      `step ${broken + 1} gave`,
    );
    expect(metricsOf(out)).toHaveLength(broken);
    const folder = join(out, 'capture');
    const capture = JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8')) as Capture;
    expect(capture.steps[0]?.step).toBe(from);
    expect(capture.steps.at(-1)?.step).toBe(broken);
    const { cases } = await openDataset([pictures]);
    expect((await replaySteps(folder, capture, cases, fakeMethod(tamper))).same).toBe(true);
  });
});
