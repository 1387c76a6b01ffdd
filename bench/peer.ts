import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A peer's process in Python: one order in, one answer out. */
export class Peer {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  /** @param script beside this file */
  constructor(script: string, threads: number) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#process = spawn('/usr/bin/python3', [path], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        OMP_WAIT_POLICY: 'PASSIVE',
        OPENBLAS_NUM_THREADS: String(threads),
      },
    });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async ask<Answer>(order: object): Promise<Answer> {
    this.#process.stdin!.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the peer ended; its own message stands above');
    return JSON.parse(value) as Answer;
  }

  end(): void {
    this.#process.stdin!.end();
    this.#lines.close();
  }
}

/** One step: seconds on the clock, seconds that the cores were busy for this process, the loss. */
export interface Step {
  readonly seconds: number;
  readonly busy: number;
  readonly loss: number;
}

/** Runs a step of ours and times it. */
export function timed(step: () => number): Step {
  const begin = performance.now();
  const before = process.cpuUsage();
  const loss = step();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - begin) / 1000, busy: (user + system) / 1e6, loss };
}

/** Peak resident memory of this process, in bytes. */
export function peakMemory(): number {
  const line = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}
