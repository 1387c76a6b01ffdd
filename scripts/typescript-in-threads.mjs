// `node --import ./scripts/typescript-in-threads.mjs FILE.ts` runs TypeScript sources, in worker threads
// too: under Node 20, `--import tsx` leaves worker threads without it.
import { register } from 'tsx/esm/api';

register();
