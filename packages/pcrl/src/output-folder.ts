import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RunError } from './errors.js';

/**
 * Makes the folder that a command writes to, where it is not there.
 *
 * @throws {RunError} a file is in its place, or nothing may be written there
 */
export function makeOutputFolder(path: string): void {
  try {
    makeWithParents(path);
  } catch (error) {
    throw new RunError(
      `${path} cannot be made (${(error as NodeJS.ErrnoException).code})`,
      'Choose another --out.',
      { cause: error },
    );
  }
}

/** Asked to make the parents too, Node tries for ever where a system lets nobody make a folder, as /proc does. */
function makeWithParents(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeWithParents(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
