import { CommanderError } from 'commander';
import { explain } from './failure.js';
import { createProgram } from './program.js';

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted after saving
 */
export async function main(words: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram((exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its complaint or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { message, exitCode } = explain(error);
    process.stderr.write(`${message}\n`);
    return exitCode;
  }
}
