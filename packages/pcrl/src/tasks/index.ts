export { finetune } from './finetune.js';
export { type PredictRequest, type PredictResult, predict } from './predicting/predict.js';
export type { Count, FinetuneResult, SeedResult, SeedSpread } from './results.js';
export type { WeightsSource } from './weights.js';
