import { appendToLog } from './run-folder.js';
import type { RunIO } from './run-io.js';

/** The same, with every line also written to a log file. */
export function withLog(io: RunIO, path: string): RunIO {
  return {
    resume: io.resume,
    say: (line) => {
      appendToLog(path, line);
      io.say(line);
    },
    warn: (line) => {
      appendToLog(path, `warning: ${line}`);
      io.warn(line);
    },
    progress: (state) => io.progress(state),
    interrupted: () => io.interrupted(),
  };
}
