import { join } from 'node:path';
import { type PreparingRequest, prepare, surveySources, WHOLE } from '../../src/preparing/index.js';

/** A way to prepare small volumes whose voxels stay where they are. */
export const NATIVE = { dimensions: 3, spacing: 'native', intensity: 'auto' } as const;

/** Prepares in one thread, and gives what was said beside how it ended. */
export async function prepareRecorded(
  source: string,
  out: string,
  more: Partial<PreparingRequest> = {},
  interrupted = () => false,
) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const io = { say, warn: say, count: () => undefined, interrupted };
  const usual = { paths: [source], out, preparing: NATIVE, workers: 1, shard: WHOLE };
  const result = await prepare({ ...usual, ...more }, await surveySources([source]), io);
  return { ...result, said: said.join('\n'), table: join(out, 'problems.csv') };
}
