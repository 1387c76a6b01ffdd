import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PretrainSettings } from '../../src/settings/index.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const loadTypeScript = here('../../../../scripts/typescript-in-threads.mjs');

/** What may happen to a run in a process of its own. */
export interface Trouble {
  /** `kill -9` so many milliseconds after the report of a step. */
  readonly kill?: { readonly step: number; readonly after: number };
  /** No file may grow beyond so many kB: to the program, as if the disk were full. */
  readonly fileLimit?: number;
}

/** How such a process ended: its exit code or the signal, and what it said. */
export interface Ended {
  readonly by: string;
  readonly said: string;
}

/** Starts or resumes a pre-training run in a process of its own. */
export async function startRun(
  settings: PretrainSettings,
  resume: boolean,
  { kill, fileLimit }: Trouble = {},
): Promise<Ended> {
  const config = `${settings.out}.json`;
  writeFileSync(config, JSON.stringify(settings));
  const program = [process.execPath, '--import', loadTypeScript, here('./child-run.ts'), config];
  const limit = fileLimit === undefined ? '' : `ulimit -f ${fileLimit}; `;
  const child = spawn(
    'bash',
    ['-c', `${limit}exec "$@"`, 'bash', ...program, ...(resume ? ['--resume'] : [])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const by = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!kill || line !== `step ${kill.step}`) continue;
    await delay(kill.after);
    child.kill('SIGKILL');
  }
  return { by: await by, said: said.join('\n') };
}
