import { isDiskFull } from '../disk-space.js';
import { PcrlError } from '../errors.js';

/** What the command line says about an error, and the code it exits with. */
export interface Explanation {
  readonly message: string;
  readonly exitCode: 1 | 2;
}

/** Torch errors that mean that a file does not fit, not that a run failed. */
const INPUT_ERRORS: ReadonlySet<string> = new Set(['SafetensorsError', 'StateDictError']);

const OUT_OF_MEMORY = /not enough memory|out of memory/i;
const SMALLER = '\n  Memory ends: take a smaller --batch or --size, or --precision bf16.';

/**
 * Errors raised on purpose and those of the operating system are their message; anything else is a
 * fault of ours and comes with its stack.
 */
export function explain(error: unknown): Explanation {
  if (error instanceof PcrlError) return { message: error.message, exitCode: error.exitCode };
  if (isTorchError(error)) {
    const remedy = OUT_OF_MEMORY.test(error.message) ? SMALLER : '';
    return { message: error.message + remedy, exitCode: INPUT_ERRORS.has(error.name) ? 2 : 1 };
  }
  if (isDiskFull(error)) {
    const remedy = 'Make room, then give the command again.';
    return {
      message: `no space left on the disk (${(error as Error).message})\n  ${remedy}`,
      exitCode: 1,
    };
  }
  if (isSystemError(error)) return { message: error.message, exitCode: 1 };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: `This is a fault in pcrl, not in what you did. Please report it with these lines:\n${stack}`,
    exitCode: 1,
  };
}

// Told by its shape: importing @pcrl/torch here would load libtorch for every `--help`.
function isTorchError(error: unknown): error is Error {
  return error instanceof Error && 'remedy' in error && typeof error.remedy === 'string';
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}
