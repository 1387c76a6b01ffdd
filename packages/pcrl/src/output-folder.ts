import { mkdirSync } from 'node:fs';
import { RunError } from './errors.js';

/**
 * Makes the folder that a command writes to, where it is not there.
 *
 * @throws {RunError} a file is in its place, or nothing may be written there
 */
export function makeOutputFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new RunError(
      `${path} cannot be made (${(error as NodeJS.ErrnoException).code})`,
      'Choose another --out.',
      { cause: error },
    );
  }
}
