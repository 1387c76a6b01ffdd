export { readSettingsFile, writeSettings } from './file.js';
export type { ClassificationSettings } from './finetune/classification.js';
export type { DetectionSettings } from './finetune/detection.js';
export type { FinetuneInput, FinetuneSettings, TaskName } from './finetune/registry.js';
export type { RegressionSettings } from './finetune/regression.js';
export type { SegmentationSettings } from './finetune/segmentation.js';
export type {
  CheckpointSettings,
  LossSettings,
  NetworkSettings2D,
  NetworkSettings3D,
  OptimiserSettings,
  Preset,
  PretrainInput,
  PretrainSettings,
  PretrainSettings2D,
  PretrainSettings3D,
  ViewSettings2D,
  ViewSettings3D,
} from './pretrain-schema.js';
export { resolveFinetuneSettings } from './resolve-finetune.js';
export { resolvePretrainSettings } from './resolve-pretrain.js';
