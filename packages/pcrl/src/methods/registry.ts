import type { PretrainSettings } from '../settings/index.js';
import type { MethodFactory } from './method.js';
import { pcrlv2 } from './pcrlv2.js';

/** Every self-supervised method by the name users type. A new method is one file and one line here. */
export const methods = {
  pcrlv2,
} as const satisfies Record<string, MethodFactory<PretrainSettings>>;
