/**
 * A DICOM series of 300 slices of 512x512 int16 against pydicom, in turn from a warm file cache,
 * medians; both results are rescaled float32 and must have the same sum.
 *
 *     OMP_NUM_THREADS=1 taskset -c 1 npx tsx bench/dicom.ts [rounds]
 *
 * With `GLIBC_TUNABLES=glibc.malloc.hugetlb=1` before it, ours asks for huge pages too; numpy does so by
 * itself, and never gets the tunable.
 * Ours lays voxels out with z fastest. pydicom's are slices in a row; "z fastest" lays them out as ours.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readImage } from '../packages/pcrl/src/images/index.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const WARM_UP = 1;
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./dicom_peer.py', import.meta.url));
const PEERS = ['slices in a row', 'z fastest'] as const;

interface Reading {
  readonly milliseconds: number;
  readonly sum: number;
}

async function ours(folder: string): Promise<Reading> {
  const start = performance.now();
  const { voxels } = await readImage(folder);
  const milliseconds = performance.now() - start;
  let sum = 0;
  for (const value of voxels) sum += value;
  return { milliseconds, sum };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function shown(values: readonly number[]): string {
  const range = `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
  return `${median(values).toFixed(0)} ms (${range})`;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-dicom-'));
try {
  const written = spawnSync(PYTHON, [SCRIPT, folder, 'write'], { stdio: 'inherit' });
  if (written.status !== 0) throw new Error('pydicom wrote no series');
  const { GLIBC_TUNABLES: tunables, ...env } = process.env;
  const peer = spawn(PYTHON, [SCRIPT, folder], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(peer.stdout);
  const here: number[] = [];
  const there = new Map<string, number[]>(PEERS.map((name) => [name, []]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const mine = await ours(folder);
    if (round >= 0) here.push(mine.milliseconds);
    for (const name of PEERS) {
      peer.stdin.write(`${name}\n`);
      const [line] = (await once(lines, 'line')) as [string];
      const theirs = JSON.parse(line) as Reading;
      if (theirs.sum !== mine.sum) throw new Error(`sums differ: ${mine.sum} and ${theirs.sum}`);
      if (round >= 0) there.get(name)!.push(theirs.milliseconds);
    }
  }
  peer.stdin.end();
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, one thread on each side`);
  console.log(`ours with GLIBC_TUNABLES=${tunables ?? 'not set'}`);
  for (const [name, times] of there) {
    const ratio = (median(here) / median(times)).toFixed(2);
    console.log(`ours ${shown(here)}, pydicom, ${name} ${shown(times)}: ratio ${ratio} (aim 1)`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
