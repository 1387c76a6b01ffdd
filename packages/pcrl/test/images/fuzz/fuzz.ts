import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ImageError } from '../../../src/errors.js';
import { readImage, readImageHeader } from '../../../src/images/index.js';
import { damage, damaged } from './mutations.js';
import { type Seed, writeSeed } from './seeds.js';

/** Longer than any of these small files may take. */
const LIMIT_MILLISECONDS = 10_000;

export interface Fuzzing {
  readonly seed: number;
  /** How many damaged images to read; or, with `milliseconds`, at most. */
  readonly runs: number;
  readonly milliseconds?: number;
  /** Called with the path before it is read. */
  readonly onRead?: (path: string) => void;
}

/**
 * Reads damaged copies of an image: each must be read or refused with an ImageError, in time. The
 * files of a failure stay in the folder.
 *
 * @throws fast-check's error with its seed, the damage made as small as it can be, and the cause.
 */
export async function fuzz(folder: string, image: Seed, fuzzing: Fuzzing): Promise<void> {
  const { seed, runs, milliseconds, onRead } = fuzzing;
  const place = join(folder, 'damaged');
  const property = fc.asyncProperty(damage, async (how) => {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    const path = writeSeed(place, damaged(image, how));
    onRead?.(path);
    const start = performance.now();
    for (const read of [readImage, readImageHeader]) {
      const result = await read(path).catch((thrown: unknown) => thrown);
      if (result instanceof Error && !(result instanceof ImageError)) throw result;
    }
    if (performance.now() - start > LIMIT_MILLISECONDS) throw new Error('took too long');
  });
  await fc.assert(property, {
    seed,
    numRuns: runs,
    ...(milliseconds ? { interruptAfterTimeLimit: milliseconds } : {}),
  });
}
