import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkRoom } from '../../src/preparing/forecast.js';
import { surveySources, verify } from '../../src/preparing/index.js';
import { temporaryFolder } from '../images/folders.js';
import { writeVolumes } from '../training/tiny-data.js';
import { prepareRecorded } from './recording.js';

const root = temporaryFolder();
const quiet = { count: () => undefined, interrupted: () => false };
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Prepares in a process of its own, killed after a line or kept from writing files beyond so many kB. */
async function inProcess(
  source: string,
  cache: string,
  trouble: { readonly killAt?: string; readonly fileLimit?: number },
) {
  const loader = here('../../../../scripts/typescript-in-threads.mjs');
  const program = [process.execPath, '--import', loader, here('./child-prepare.ts'), source, cache];
  const limit = trouble.fileLimit === undefined ? '' : `ulimit -f ${trouble.fileLimit}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const by = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line === trouble.killAt) child.kill('SIGKILL');
  }
  return { by: await by, said: said.join('\n') };
}

it('goes on after kill -9 and ends in the cache of a run that was left alone', async () => {
  const source = await writeVolumes(join(root, 'killed'), 5);
  const cache = join(root, 'killed-cache');
  expect((await inProcess(source, cache, { killAt: 'case 2' })).by).toBe('SIGKILL');
  const { prepared, unchanged } = await prepareRecorded(source, cache);
  expect(unchanged).toBeGreaterThanOrEqual(2);
  expect(prepared + unchanged).toBe(5);
  expect(await verify(cache, quiet)).toMatchObject({ cases: 5, damaged: [], changed: [] });
  const alone = join(root, 'alone-cache');
  await prepareRecorded(source, alone);
  const index = (folder: string) => readFileSync(join(folder, 'index.jsonl'), 'utf8');
  expect(index(cache)).toBe(index(alone));
});

it('leaves a cache that can be read when the disk is full, and goes on later', async () => {
  const source = await writeVolumes(join(root, 'full'), 4);
  const cache = join(root, 'full-cache');
  await prepareRecorded(source, cache, { shard: { number: 1, count: 2 } });
  const { by, said } = await inProcess(source, cache, { fileLimit: 4 });
  expect(by).toBe('1');
  expect(said).toMatch(/no space left for .*\n.*the same command goes on/);
  expect((await surveySources([cache])).cases).toHaveLength(2);
  expect(await prepareRecorded(source, cache)).toMatchObject({ prepared: 2, unchanged: 2 });
  expect((await verify(cache, quiet)).damaged).toEqual([]);
});

it('says how much room is wanted, and how much stays free', () => {
  expect(() => checkRoom(root, 1e18)).toThrow(
    /about 1\.00e\+9 GB are needed, besides 268 MB that stay free, and .* are free/,
  );
});
