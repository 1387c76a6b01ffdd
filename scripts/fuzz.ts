/**
 * Reads damaged images for as long as you like. Each must be read or refused with a reason.
 *
 *     npm run fuzz -- [--seed N] [--minutes N] [--format ENDING] [FILE ...]
 *
 * Without files, small generated images of every format are damaged (`--format nrrd`: of that ending
 * alone); with files, those. A failure prints the seed and keeps the damaged files; a read that hangs
 * or ends the process is told by a second process that watches.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz } from '../packages/pcrl/test/images/fuzz/fuzz.js';
import { generatedSeeds, realSeed } from '../packages/pcrl/test/images/fuzz/seeds.js';

const SILENCE_MILLISECONDS = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '1' },
    format: { type: 'string', default: '' },
    // Set by the watching process for the one it starts.
    folder: { type: 'string' },
  },
});

async function work(folder: string): Promise<void> {
  const all = positionals.length > 0 ? positionals.map(realSeed) : await generatedSeeds(folder);
  const seeds = all.filter(({ name }) => name.endsWith(values.format));
  if (seeds.length === 0) throw new Error(`no generated image ends in "${values.format}"`);
  const milliseconds = (Number(values.minutes) * 60_000) / seeds.length;
  for (const image of seeds) {
    let reads = 0;
    const onRead = (path: string) => {
      reads++;
      process.send?.(path);
    };
    const seed = Number(values.seed);
    await fuzz(folder, image, { seed, runs: 2 ** 31 - 1, milliseconds, onRead });
    console.log(`${image.name}: ${reads.toLocaleString('en')} damaged copies read or refused`);
  }
}

function watch(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pcrl-fuzz-'));
  console.log(`seed ${values.seed}`);
  const args = [...process.argv.slice(2), '--seed', values.seed, '--folder', folder];
  const child = fork(fileURLToPath(import.meta.url), args);
  let path = 'nothing read yet';
  const stop = () => {
    console.error(`${path}: no answer for ${SILENCE_MILLISECONDS / 1000} s (seed ${values.seed})`);
    child.kill('SIGKILL');
  };
  let timer = setTimeout(stop, SILENCE_MILLISECONDS);
  child.on('message', (message) => {
    path = String(message);
    clearTimeout(timer);
    timer = setTimeout(stop, SILENCE_MILLISECONDS);
  });
  child.on('exit', (code, signal) => {
    clearTimeout(timer);
    if (code === 0) rmSync(folder, { recursive: true, force: true });
    else console.error(`failed (${signal ?? code}) at ${path}, seed ${values.seed}`);
    process.exitCode = code === 0 ? 0 : 1;
  });
}

if (values.folder === undefined) watch();
else await work(values.folder);
