import { openTerminal, type Terminal } from './terminal.js';

/**
 * Runs something long under a terminal: progress, Ctrl-C, and the exit code that follows.
 *
 * @param work gives whether it was interrupted before its end; then it has saved
 * @returns 0, or 130 when it was interrupted
 */
export async function runInTerminal(
  resume: boolean,
  work: (io: Terminal) => Promise<boolean>,
): Promise<0 | 130> {
  const terminal = openTerminal({
    screen: process.stderr,
    resume,
    clock: () => performance.now(),
    stopNow: (code) => process.exit(code),
  });
  try {
    return (await work(terminal)) ? 130 : 0;
  } finally {
    terminal.close();
  }
}
