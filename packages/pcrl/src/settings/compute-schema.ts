import * as v from 'valibot';
import { oneOf, whole } from './fields.js';

/** Where and how a run computes; none of it changes what is computed, precision aside. */
export const computeEntries = {
  device: v.pipe(
    v.string(),
    v.regex(/^(auto|cpu|cuda(:\d+)?)$/),
    v.metadata({
      allowed: 'auto | cpu | cuda | cuda:N',
      meaning: 'Where to compute; auto takes the first GPU if there is one.',
    }),
  ),
  precision: oneOf('Number format of the network’s operators.', ['fp32', 'bf16']),
  threads: whole('Threads of one operator; 0 takes all cores.', 0),
  workers: whole('Loader threads; 0 loads in the training thread.', 0),
};
