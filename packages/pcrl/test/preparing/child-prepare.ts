import { PcrlError } from '../../src/errors.js';
import { prepare, surveySources, WHOLE } from '../../src/preparing/index.js';
import { NATIVE } from './recording.js';

// Prepares SOURCE into CACHE and says `case N` after every case: a process that tests can kill.
const [source, out] = process.argv.slice(2) as [string, string];
const io = {
  say: console.log,
  warn: console.log,
  count: ({ done }: { readonly done: number }) => console.log(`case ${done}`),
  interrupted: () => false,
};

try {
  const request = { paths: [source], out, preparing: NATIVE, workers: 1, shard: WHOLE };
  await prepare(request, await surveySources([source]), io);
} catch (error) {
  if (!(error instanceof PcrlError)) throw error;
  console.log(error.message);
  process.exitCode = error.exitCode;
}
