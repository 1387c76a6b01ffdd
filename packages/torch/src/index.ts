/**
 * libtorch for TypeScript.
 *
 * Memory has a contract: a tensor made inside `scope(() => ...)` is freed when the scope ends, unless
 * the scope returns it or it was kept; outside scopes use `using` or `dispose()`.
 *
 * @packageDocumentation
 */
export { type BuildInfo, buildInfo, setDeterministic, setThreads, threads } from './addon.js';
export { autocast, gradients, liveTensors, noGrad } from './autograd.js';
export { type Argument, call, callMany, callOne, operators, type Result, schema } from './door.js';
export type { DType, TypedArray, TypedArrayOf } from './dtype.js';
export * from './errors.js';
export * from './make.js';
export * from './nn/index.js';
export * from './ops/convolution.js';
export * from './ops/loss.js';
export * from './ops/normalisation.js';
export * from './ops/resample.js';
export * from './optim/index.js';
export * from './random/index.js';
export * from './safetensors/index.js';
export { keep, scope } from './scope.js';
export { type Axes, type Operand, Tensor } from './tensor.js';
export type { Device } from './tensor-memory.js';
