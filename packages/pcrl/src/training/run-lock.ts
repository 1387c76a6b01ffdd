import { isDiskFull } from '../disk-space.js';
import { RunError } from '../errors.js';
import { describeHolder, type HeldLock, type LockHolder, takeLock } from '../lock-file.js';
import { diskFull } from './disk.js';
import type { RunFolder } from './run-folder.js';

/**
 * Does a run's work while no other process can write into its folder.
 *
 * @throws {RunError} another process is at it
 * @throws {TrainingError} there is no room left to say that this one is
 */
export async function aloneInRun<T>(folder: RunFolder, work: () => Promise<T>): Promise<T> {
  const lock = lockOf(folder);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function lockOf({ path, lock }: RunFolder): HeldLock {
  try {
    return takeLock(lock, (holder) => busy(path, holder));
  } catch (error) {
    throw isDiskFull(error) ? diskFull(path, undefined, error) : error;
  }
}

function busy(path: string, holder: LockHolder | undefined): RunError {
  return new RunError(
    `${path} is being written by ${describeHolder(holder)}`,
    'Wait for it, or stop it: the same command with --resume then goes on. Another --out begins a run beside it.',
  );
}
