import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors, loadTensors, readSafetensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { RunError } from '../../src/errors.js';
import {
  type PretrainSettings,
  readSettingsFile,
  resolvePretrainSettings,
} from '../../src/settings/index.js';
import { runPretraining } from '../../src/training/pretraining-run.js';
import type { RunIO } from '../../src/training/run-io.js';
import { temporaryFolder } from '../images/folders.js';
import { fakeMethod, type Tamper } from './fake-method.js';
import { lockAsAnother } from './foreign-lock.js';
import { RecordingIO } from './recording-io.js';
import { metricsOf, weightsOf } from './run-output.js';
import { settings2D, settings3D, writePictures, writeVolumes } from './tiny-data.js';

const root = temporaryFolder();
const pictures = join(root, 'pictures');
const volumes = join(root, 'volumes');
beforeAll(async () => {
  await writePictures(pictures, 9);
  await writeVolumes(volumes, 5);
});

let made = 0;
const newOut = () => join(root, `run-${made++}`);

async function run(settings: PretrainSettings, io: RunIO = new RecordingIO(), tamper?: Tamper) {
  return runPretraining(settings, io, await openDataset(settings.data), fakeMethod(tamper));
}

describe('a pre-training run', () => {
  it('leaves a folder with everything in it', async () => {
    const settings = settings2D(pictures, newOut(), { epochs: 3 });
    const io = new RecordingIO();
    const { run: out, steps, finalLosses, skipped, interrupted } = await run(settings, io);
    // 9 pictures in batches of 4: the last batch would have one only.
    expect({ steps, skipped, interrupted }).toEqual({ steps: 6, skipped: [], interrupted: false });
    expect(Object.keys(finalLosses)).toEqual(['loss', 'restore', 'compare']);

    const config = await readSettingsFile(join(out, 'config.json'));
    expect(resolvePretrainSettings(config as never)).toEqual(settings);
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({
      task: 'pretraining',
      images: 9,
      device: 'cpu',
      threads: 1,
    });
    const lines = metricsOf(out);
    expect(lines.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lines.map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(lines.at(-1)?.loss).toBe(finalLosses.loss);
    expect(readSafetensors(join(out, 'weights.safetensors')).metadata).toMatchObject({
      method: 'pcrlv2',
      dimensions: '2',
      preset: 'default',
    });
    expect([...loadTensors(join(out, 'encoder.safetensors')).tensors.keys()].sort()).toEqual([
      'bias',
      'weight',
    ]);
    expect(io.said.some((line) => line.startsWith('Forecast: '))).toBe(true);
    expect(readFileSync(join(out, 'log.txt'), 'utf8')).toContain('Forecast: ');
    expect(io.states.at(-1)).toMatchObject({ step: 6, steps: 6, epoch: 2, epochs: 3 });
  });

  it('learns', async () => {
    const { run: out } = await run(settings2D(pictures, newOut(), { steps: 60 }));
    const losses = metricsOf(out).map(({ losses: parts }) => parts!.restore!);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8);
  });

  it('gives the same bits with loader threads and without', async () => {
    for (const make of [settings2D, settings3D]) {
      const data = make === settings2D ? pictures : volumes;
      const alone = await run(make(data, newOut()));
      const threaded = await run(make(data, newOut(), { workers: 2 }));
      expect(metricsOf(threaded.run)).toEqual(metricsOf(alone.run));
      expect(weightsOf(threaded.run)).toBe(weightsOf(alone.run));
    }
  });

  it('has as many live tensors after every step, and none after the run', async () => {
    const before = liveTensors().tensors;
    const { run: out } = await run(settings3D(volumes, newOut(), { steps: 12 }));
    // The first step makes the momentum.
    const counts = metricsOf(out).slice(1);
    expect(new Set(counts.map(({ live_tensors }) => live_tensors)).size).toBe(1);
    expect(liveTensors().tensors).toBe(before);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const whole = await run(settings3D(volumes, newOut(), { steps: 8 }));
    const settings = settings3D(volumes, newOut(), { steps: 8 });
    for (const stopAfter of [3, 2]) {
      const io = new RecordingIO(true, stopAfter);
      const { interrupted } = await run(settings, io);
      expect(interrupted).toBe(true);
      expect(io.said.at(-1)).toMatch(/Go on with: pcrl pretrain --out .* --resume/);
    }
    const last = await run(settings, new RecordingIO(true));
    expect(last).toMatchObject({ steps: 8, interrupted: false });
    expect(metricsOf(last.run)).toEqual(metricsOf(whole.run));
    expect(weightsOf(last.run)).toBe(weightsOf(whole.run));
  });

  it('goes on from the checkpoint before a damaged one, and says so', async () => {
    const settings = settings2D(pictures, newOut(), { steps: 6, checkpoint: { everySteps: 2 } });
    const { run: out } = await run(settings);
    const before = { metrics: metricsOf(out), weights: weightsOf(out) };
    truncateSync(join(out, 'checkpoints', 'step-00000006.safetensors'), 100);
    writeFileSync(join(out, 'checkpoints', '.step-00000007.safetensors.1-0.partial'), 'half');
    const io = new RecordingIO(true);
    await run(settings, io);
    expect(io.warned.join('\n')).toMatch(/damaged checkpoint: .*step-00000006/);
    expect(io.warned.join('\n')).toContain('Going on from the checkpoint before, of step 4');
    expect(metricsOf(out)).toEqual(before.metrics);
    expect(weightsOf(out)).toBe(before.weights);
    expect(existsSync(join(out, 'checkpoints', '.step-00000007.safetensors.1-0.partial'))).toBe(
      false,
    );
  });

  it('starts with the first step where there is nothing to resume', async () => {
    const io = new RecordingIO(true);
    const { steps } = await run(settings2D(pictures, newOut()), io);
    expect(steps).toBe(4);
    expect(io.said.join('\n')).toContain('starting with the first step');
  });

  it('can be made longer', async () => {
    const out = newOut();
    await run(settings2D(pictures, out, { epochs: 1 }));
    const { steps } = await run(settings2D(pictures, out, { epochs: 3 }), new RecordingIO(true));
    expect(steps).toBe(6);
    expect(metricsOf(out)).toHaveLength(6);
  });

  it('cannot be made shorter than it is', async () => {
    const out = newOut();
    await run(settings2D(pictures, out, { steps: 3 }));
    const before = readFileSync(join(out, 'config.json'), 'utf8');
    const shorter = run(settings2D(pictures, out, { steps: 2 }), new RecordingIO(true));
    await expect(shorter).rejects.toThrow(/has done 3 steps, and is to end after 2\n/);
    expect(readFileSync(join(out, 'config.json'), 'utf8')).toBe(before);
    expect(metricsOf(out)).toHaveLength(3);
  });

  it('is never overwritten', async () => {
    const out = newOut();
    await run(settings2D(pictures, out));
    await expect(run(settings2D(pictures, out))).rejects.toThrow(/holds a run already.*--resume/s);
    const other = newOut();
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.tex'), '');
    await expect(run(settings2D(pictures, other))).rejects.toThrow(RunError);
  });

  it('is not resumed while another process writes it', async () => {
    const settings = settings2D(pictures, newOut());
    await run(settings, new RecordingIO(false, 2));
    const before = readFileSync(join(settings.out, 'metrics.jsonl'), 'utf8');
    const unlock = lockAsAnother(settings.out);
    await expect(run(settings, new RecordingIO(true))).rejects.toThrow(
      /is being written by process/,
    );
    expect(readFileSync(join(settings.out, 'metrics.jsonl'), 'utf8')).toBe(before);
    unlock();
    expect((await run(settings, new RecordingIO(true))).interrupted).toBe(false);
  });

  it('is not resumed with other numbers, but with other workers', async () => {
    const out = newOut();
    await run(settings2D(pictures, out));
    const changed = settings2D(pictures, out, {
      batch: 3,
      optimiser: { momentum: 0.5 },
      workers: 1,
    });
    const resuming = run(changed, new RecordingIO(true));
    await expect(resuming).rejects.toThrow(RunError);
    await expect(resuming).rejects.toThrow(
      /batch: 4 in the run, 3 now\n +optimiser\.momentum: 0\.9 in the run, 0\.5 now/,
    );
    await expect(resuming).rejects.not.toThrow(/workers/);
  });

  it('is not resumed with other images', async () => {
    const [data, out] = [join(root, 'growing'), newOut()];
    await writePictures(data, 5);
    await run(settings2D(data, out));
    await writePictures(data, 6);
    const resuming = run(settings2D(data, out), new RecordingIO(true));
    await expect(resuming).rejects.toThrow(/5 then, 6 now/);
  });

  it('needs two images', async () => {
    const data = await writePictures(join(root, 'single'), 1);
    await expect(run(settings2D(data, newOut()))).rejects.toThrow(/needs two or more/);
  });

  it('counts the images that it had to leave out', async () => {
    const data = await writePictures(join(root, 'some-bad'), 6);
    writeFileSync(join(data, 'image-3.png'), 'no picture');
    const io = new RecordingIO();
    const { skipped } = await run(settings2D(data, newOut()), io);
    expect(skipped).toEqual([{ path: join(data, 'image-3.png'), reason: expect.any(String) }]);
    expect(io.warned).toEqual([
      expect.stringMatching(/^skipped .*image-3\.png: /),
      expect.stringMatching(/^1 of 6 images could not be used/),
    ]);
  });
});
