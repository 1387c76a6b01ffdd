import { TrainingError } from '../errors.js';

/** No space left, with what can be relied on. */
export function diskFull(run: string, saved: number | undefined, cause: unknown): TrainingError {
  const last =
    saved === undefined ? 'there is no checkpoint yet' : `the checkpoint of step ${saved} is whole`;
  return new TrainingError(
    `no space left for ${run}; ${last}`,
    'Make room, then go on with --resume.',
    { cause },
  );
}
