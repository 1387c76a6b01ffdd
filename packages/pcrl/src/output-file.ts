import { statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { SettingsError } from './errors.js';
import { makeOutputFolder } from './output-folder.js';

/** What a command writes into one file. */
export interface OutputFile {
  readonly path: string;
  /** Endings that a file of its kind has, the usual one first. */
  readonly endings: readonly [string, ...string[]];
  /** Files that it reads. */
  readonly inputs?: readonly string[];
}

/**
 * Makes sure, before the work, that a command can write its file, and that the file is none of the
 * user's: a report or picture that was written before may be written again.
 *
 * @throws {SettingsError} the name has another ending, is a folder's, or is that of an input
 * @throws {RunError} its folder cannot be made
 */
export function claimOutputFile({ path, endings, inputs = [] }: OutputFile): void {
  const [usual] = endings;
  if (!endings.includes(extname(path).toLowerCase())) {
    const named = path.slice(0, path.length - extname(path).length);
    throw new SettingsError(
      `--out ${path}: what is written is no ${extname(path) || 'file without an ending'}`,
      `Name it ${named}${usual}.`,
    );
  }
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) {
    throw new SettingsError(`--out ${path} is a folder`, `Name a file, such as ${path}/a${usual}.`);
  }
  const same = inputs.find((input) => isSameFile(input, path));
  if (same !== undefined) {
    throw new SettingsError(`--out ${path} is the image that is read`, 'Name another file.');
  }
  makeOutputFolder(dirname(path));
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
