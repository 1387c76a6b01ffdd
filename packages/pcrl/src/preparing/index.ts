export type { Preparing } from '../datasets/cache/description.js';
export { dimensionsOf } from './plan.js';
export {
  type PreparingIO,
  type PreparingRequest,
  type PreparingResult,
  prepare,
  surveySources,
} from './prepare.js';
export { parseShard, type Shard, WHOLE } from './shard.js';
export { type Verification, verify } from './verify.js';
