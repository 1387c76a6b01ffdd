import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch/random';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../images/folders.js';
import { startRun } from './child-process.js';
import { metricsOf, weightsOf } from './run-output.js';
import { settings2D, settings3D, writePictures, writeVolumes } from './tiny-data.js';

const root = temporaryFolder();
const STEPS = 14;
const TIMEOUT = 600_000;

describe.each([
  ['2D', writePictures, settings2D, 9],
  ['3D', writeVolumes, settings3D, 5],
] as const)('a %s run that is killed', (name, write, settingsFor, images) => {
  const random = new RandomStream(7, `kill ${name}`);

  it('gives the bits of the run that was left alone', { timeout: TIMEOUT }, async () => {
    const data = await write(join(root, name), images);
    const options = { steps: STEPS, workers: 1, checkpoint: { everySteps: 3, keep: 2 } };
    const alone = settingsFor(data, join(root, `${name}-alone`), options);
    const killed = settingsFor(data, join(root, `${name}-killed`), options);
    expect((await startRun(alone, false)).by).toBe('0');

    let kills = 0;
    let damaged = false;
    for (let step = 0, resume = false; step < STEPS - 4; resume = true) {
      step += 1 + random.integer(4);
      const { by, said } = await startRun(killed, resume, {
        kill: { step, after: random.integer(120) },
      });
      // A fast machine may be done before the signal comes.
      expect(['SIGKILL', '0']).toContain(by);
      if (by === 'SIGKILL') kills++;
      if (damaged) expect(said).toContain('damaged checkpoint');
      // Where the signal comes decides how many checkpoints there are: a lone one is left whole.
      damaged = resume && damageNewest(killed.out);
    }
    const { said, by } = await startRun(killed, true);
    expect(by).toBe('0');
    expect(kills).toBeGreaterThan(1);
    if (damaged) expect(said).toContain('damaged checkpoint');

    expect(metricsOf(killed.out)).toEqual(metricsOf(alone.out));
    expect(weightsOf(killed.out)).toBe(weightsOf(alone.out));
    expect(readdirSync(killed.out).filter((file) => file.endsWith('.partial'))).toEqual([]);
  });
});

/**
 * Cuts the newest of two checkpoints short, as if a disk had lost what it had promised to keep; false for one.
 * Tensors whose JSON was not written yet are no checkpoint.
 */
function damageNewest(out: string): boolean {
  const folder = join(out, 'checkpoints');
  const whole = readdirSync(folder).filter((file) => /^step-\d+\.json$/.test(file));
  if (whole.length < 2) return false;
  truncateSync(join(folder, whole.sort().at(-1)!.replace(/json$/, 'safetensors')), 1000);
  return true;
}

describe('a run whose disk is full', () => {
  it('stops with its last checkpoint whole, and goes on later', { timeout: TIMEOUT }, async () => {
    const data = await writeVolumes(join(root, 'full'), 5);
    const options = { steps: 9, checkpoint: { everySteps: 3 } };
    const alone = settings3D(data, join(root, 'full-alone'), options);
    const stopped = settings3D(data, join(root, 'full-stopped'), options);
    await startRun(alone, false);
    await startRun(stopped, false, { kill: { step: 4, after: 0 } });

    const { by, said } = await startRun(stopped, true, { fileLimit: 60 });
    expect(said).toMatch(/no space left for .*; the checkpoint of step 3 is whole/);
    expect(said).toContain('--resume');
    expect(by).toBe('1');
    const left = readdirSync(join(stopped.out, 'checkpoints'));
    expect(left.sort()).toEqual(['step-00000003.json', 'step-00000003.safetensors']);

    expect((await startRun(stopped, true)).by).toBe('0');
    expect(metricsOf(stopped.out)).toEqual(metricsOf(alone.out));
    expect(weightsOf(stopped.out)).toBe(weightsOf(alone.out));
  });
});
