import type { RunIO } from '../training/run-io.js';
import { openTerminal } from './terminal.js';

/**
 * Runs something long under a terminal: progress, Ctrl-C, and the exit code that follows.
 *
 * @returns 0, or 130 when the user interrupted it and it has saved
 */
export async function runInTerminal(
  resume: boolean,
  work: (io: RunIO) => Promise<unknown>,
): Promise<0 | 130> {
  const terminal = openTerminal({
    screen: process.stderr,
    resume,
    clock: () => performance.now(),
    stopNow: (code) => process.exit(code),
  });
  try {
    await work(terminal);
    return terminal.interrupted() ? 130 : 0;
  } finally {
    terminal.close();
  }
}
