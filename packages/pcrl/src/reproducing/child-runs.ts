import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { spawnedToEndWithParent } from '../parent-process.js';
import type { RunIO } from '../training/run-io.js';
import type { Watching } from './carry-out.js';
import { commandOf, writeRunSettings } from './commands.js';
import { describeRun, type Run } from './runs.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/pcrl.mjs', import.meta.url));
const LISTEN_EVERY_MS = 200;
/** What a failed process said last is worth this many characters. */
const LAST_WORDS = 2000;

/** Carries out runs as processes of their own, so many at once; each takes its share of the cores. */
export async function runInChildren(
  runs: readonly Run[],
  atOnce: number,
  { lock, io, fail }: Watching,
): Promise<void> {
  const threads = Math.max(1, Math.floor(availableParallelism() / atOnce));
  const queue = [...runs];
  const running = new Set<number>();
  const watch = (child: ChildProcess) => {
    const { pid } = child;
    if (pid === undefined) return;
    lock.name([...running.add(pid)]);
    child.on('close', () => {
      running.delete(pid);
      lock.name([...running]);
    });
  };
  const work = async () => {
    for (let run = queue.shift(); run && !io.interrupted(); run = queue.shift()) {
      io.say(`${describeRun(run)} (${runs.length - queue.length} of ${runs.length})`);
      const said = await runChild(run, threads, watch, io);
      if (said !== undefined) fail(run, said);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** @returns what it said last, where it failed */
function runChild(
  run: Run,
  threads: number,
  watch: (child: ChildProcess) => void,
  io: RunIO,
): Promise<string | undefined> {
  const words = [...commandOf(writeRunSettings(run)), '--threads', String(threads)];
  // In a group of its own: Ctrl-C in the terminal reaches it once, through us.
  const how = { detached: true, ...spawnedToEndWithParent() };
  const child = spawn(process.execPath, [LAUNCHER, ...words], how);
  watch(child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  let isTold = false;
  const listen = setInterval(() => {
    if (!io.interrupted() || isTold) return;
    isTold = true;
    child.kill('SIGTERM');
  }, LISTEN_EVERY_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(listen);
      const isFailed = code !== 0 && !isTold;
      resolve(isFailed ? said.trim() || `it ended with ${code}` : undefined);
    });
  });
}
