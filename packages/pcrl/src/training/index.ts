export { pretrain } from './pretrain.js';
export type { PretrainResult } from './pretraining-run.js';
export { type Replay, replayCapture } from './replay.js';
export { type ProgressState, type RunIO, silentIO } from './run-io.js';
