export type { Method, MethodFactory, StepContext, StepLoss } from './method.js';
export { methods } from './registry.js';
