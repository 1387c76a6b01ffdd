/**
 * A DICOM series of 300 slices of 512x512 int16 against pydicom, in turn from a warm file cache,
 * medians; both results are rescaled float32 and must have the same sum.
 *
 *     OMP_NUM_THREADS=1 taskset -c 1 npx tsx bench/dicom.ts [rounds]
 *
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
import { median } from './median.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const WARM_UP = 1;
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./dicom_peer.py', import.meta.url));
const PEERS = ['slices in a row', 'z fastest'] as const;

interface Reading {
  readonly milliseconds: number;
  /** Processor time of all threads, which other work on the cores disturbs less. */
  readonly busy: number;
  readonly sum: number;
}

async function ours(folder: string): Promise<Reading> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const { voxels } = await readImage(folder);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  let sum = 0;
  for (const value of voxels) sum += value;
  return { milliseconds, busy: (user + system) / 1000, sum };
}

function ratio(of: 'milliseconds' | 'busy', mine: readonly Reading[], theirs: readonly Reading[]) {
  const [here, there] = [mine, theirs].map((readings) => median(readings.map((r) => r[of])));
  return `${here!.toFixed(0)} / ${there!.toFixed(0)} ms, ratio ${(here! / there!).toFixed(2)}`;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-dicom-'));
try {
  const written = spawnSync(PYTHON, [SCRIPT, folder, 'write'], { stdio: 'inherit' });
  if (written.status !== 0) throw new Error('pydicom wrote no series');
  const peer = spawn(PYTHON, [SCRIPT, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(peer.stdout);
  const here: Reading[] = [];
  const there = new Map<string, Reading[]>(PEERS.map((name) => [name, []]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const mine = await ours(folder);
    if (round >= 0) here.push(mine);
    for (const name of PEERS) {
      peer.stdin.write(`${name}\n`);
      const [line] = (await once(lines, 'line')) as [string];
      const theirs = JSON.parse(line) as Reading;
      if (theirs.sum !== mine.sum) throw new Error(`sums differ: ${mine.sum} and ${theirs.sum}`);
      if (round >= 0) there.get(name)!.push(theirs);
    }
  }
  peer.stdin.end();
  console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, one thread on each side`);
  for (const [name, theirs] of there) {
    const clock = ratio('milliseconds', here, theirs);
    console.log(`against pydicom, ${name}: ${clock}; busy ${ratio('busy', here, theirs)} (aim 1)`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
