import { spawn } from 'node:child_process';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RandomStream } from '@pcrl/torch/random';
import { describe, expect, it } from 'vitest';
import type { PretrainSettings } from '../../src/settings/index.js';
import { temporaryFolder } from '../images/folders.js';
import { metricsOf, weightsOf } from './run-output.js';
import { settings2D, settings3D, writePictures, writeVolumes } from './tiny-data.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const loadTypeScript = here('../../../../scripts/typescript-in-threads.mjs');
const root = temporaryFolder();

/** When to kill: so many milliseconds after the report of a step, anywhere in the next step or save. */
interface Kill {
  readonly step: number;
  readonly after: number;
}

/** Starts or resumes a run in a process of its own; returns what it said. */
async function start(settings: PretrainSettings, resume: boolean, kill?: Kill): Promise<string> {
  const config = `${settings.out}.json`;
  writeFileSync(config, JSON.stringify(settings));
  const child = spawn(
    process.execPath,
    ['--import', loadTypeScript, here('./child-run.ts'), config, ...(resume ? ['--resume'] : [])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!kill || line !== `step ${kill.step}`) continue;
    await delay(kill.after);
    child.kill('SIGKILL');
  }
  expect(await ended).toBe(kill ? 'SIGKILL' : '0');
  return said.join('\n');
}

const STEPS = 14;

describe.each([
  ['2D', writePictures, settings2D, 9],
  ['3D', writeVolumes, settings3D, 5],
] as const)('a %s run that is killed', (name, write, settingsFor, images) => {
  const random = new RandomStream(7, `kill ${name}`);

  it('gives the bits of the run that was left alone', async () => {
    const data = await write(join(root, name), images);
    const options = { steps: STEPS, workers: 1, checkpoint: { everySteps: 3, keep: 2 } };
    const alone = settingsFor(data, join(root, `${name}-alone`), options);
    const killed = settingsFor(data, join(root, `${name}-killed`), options);
    await start(alone, false);

    let done = 0;
    for (let resume = false; done < STEPS - 4; resume = true) {
      done += 1 + random.integer(4);
      await start(killed, resume, { step: done, after: random.integer(120) });
      if (resume) damageNewest(killed.out);
    }
    const said = await start(killed, true);
    expect(said).toContain('damaged checkpoint');

    expect(metricsOf(killed.out)).toEqual(metricsOf(alone.out));
    expect(weightsOf(killed.out)).toBe(weightsOf(alone.out));
    expect(readdirSync(killed.out).filter((file) => file.endsWith('.partial'))).toEqual([]);
  });
});

/** Cuts the newest of two checkpoints short: as if a disk had lost what it had promised to keep. */
function damageNewest(out: string): void {
  const folder = join(out, 'checkpoints');
  const files = readdirSync(folder).filter((file) => /^step-\d+\.safetensors$/.test(file));
  if (files.length > 1) truncateSync(join(folder, files.sort().at(-1)!), 1000);
}
