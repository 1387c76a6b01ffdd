import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveTensors } from '@pcrl/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { TrainingError } from '../../src/errors.js';
import { CollapseAlarm } from '../../src/training/alarms.js';
import type { Capture } from '../../src/training/capture.js';
import { runPretraining } from '../../src/training/pretraining-run.js';
import { replaySteps } from '../../src/training/replay.js';
import { temporaryFolder } from '../images/folders.js';
import { fakeMethod, type Tamper } from './fake-method.js';
import { RecordingIO } from './recording-io.js';
import { metricsOf } from './run-output.js';
import { settings3D, writeVolumes } from './tiny-data.js';

const root = temporaryFolder();
const volumes = join(root, 'volumes');
beforeAll(() => writeVolumes(volumes, 5));

/** log(-1) from step 4 on (counted from 0), with a graph, as a loss that breaks has one. */
const breakAtStep4: Tamper = (total, { step }) => (step < 4 ? total : total.mul(0).sub(1).log());

/** Finite loss, gradients that are not: d sqrt(x) / dx at 0. */
const breakGradients: Tamper = (total, { step }) =>
  step < 4 ? total : total.add(total.mul(0).sqrt());

describe('a loss that is not finite', () => {
  it.each([
    ['the loss', breakAtStep4],
    ['the gradients', breakGradients],
  ])('stops the run with a capture that replays the step: %s', async (_, tamper) => {
    const out = join(root, tamper === breakAtStep4 ? 'loss' : 'gradients');
    const settings = settings3D(volumes, out, { steps: 9 });
    const dataset = await openDataset(settings.data);
    const before = liveTensors().tensors;
    const running = runPretraining(settings, new RecordingIO(), dataset, fakeMethod(tamper));
    const error = await running.catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(TrainingError);
    expect((error as Error).message).toMatch(
      /step 5 .*not finite.*volume-.*pcrl replay .*capture/s,
    );
    expect(liveTensors().tensors).toBe(before);

    // Four good steps are in the metrics, and nothing that is not finite was saved as a checkpoint.
    expect(metricsOf(out)).toHaveLength(4);
    expect(existsSync(join(out, 'weights.safetensors'))).toBe(false);
    const folder = join(out, 'capture');
    const capture = JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8')) as Capture;
    expect(capture.steps.map(({ step }) => step)).toEqual([4]);
    expect(capture.steps[0]?.samples).toHaveLength(4);
    const replay = await replaySteps(folder, capture, dataset.cases, fakeMethod(tamper));
    expect(replay.same).toBe(true);
    expect(Object.values(replay.steps[0]!.replayed)).toContain('NaN');
    // The same state without the fault gives the step that a healthy run has.
    const healthy = await replaySteps(folder, capture, dataset.cases, fakeMethod());
    expect(healthy.same).toBe(false);
    expect(Object.values(healthy.steps[0]!.replayed)).not.toContain('NaN');
  });
});

describe('the collapse alarm', () => {
  it('is raised once, after 50 steps in a row', () => {
    const alarm = new CollapseAlarm();
    const raised = Array.from({ length: 200 }, (_, i) =>
      alarm.observe(i + 1, i === 30 ? 0.9 : 0.01),
    );
    const steps = raised.flatMap((line, i) => (line ? [i + 1] : []));
    expect(steps).toEqual([81]);
    expect(raised[80]).toMatch(/collapse: .*step 81/);
  });
});
