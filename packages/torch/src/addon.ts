import { createRequire } from 'node:module';
import { AddonError } from './errors.js';

/** A tensor as the addon knows it; opaque to TypeScript. */
export type Handle = { readonly __handle: unique symbol };

/** What crosses the door in either direction. */
export type NativeValue =
  | Handle
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | readonly NativeValue[];

/** The addon's exports (native/*.cc). */
interface Addon {
  find(name: string, overload: string): number;
  schema(operator: number): string;
  names(): string[];
  call(operator: number, ...values: NativeValue[]): NativeValue;
  release(handle: Handle): void;
  share(handle: Handle): Handle;
  live(): { tensors: number; bytes: number };
  shape(handle: Handle): number[];
  scalarType(handle: Handle): number;
  device(handle: Handle): string;
  fromBytes(data: NodeJS.TypedArray, shape: readonly number[], scalarType: number): Handle;
  toBytes(handle: Handle): ArrayBuffer;
  backward(handle: Handle): void;
  gradients(output: Handle, inputs: readonly Handle[]): (Handle | null)[];
  grad(handle: Handle): Handle | null;
  setGrad(handle: Handle, grad: Handle | null): void;
  requiresGrad(handle: Handle): boolean;
  setRequiresGrad(handle: Handle, wanted: boolean): void;
  setGradEnabled(enabled: boolean): boolean;
  setAutocast(deviceType: string, enabled: boolean): void;
  buildInfo(): BuildInfo;
  setThreads(count: number): void;
  threads(): number;
  setDeterministic(wanted: boolean): void;
}

/** What the addon was built against and what it found on this machine. */
export interface BuildInfo {
  /** libtorch's version, e.g. `1.13.0`. */
  readonly version: string;
  /** libtorch's own account of its build (compiler, BLAS, oneDNN, CUDA). */
  readonly config: string;
  /** libtorch's own account of its threads. */
  readonly parallel: string;
  /** Whether a CUDA device can be used. */
  readonly cuda: boolean;
  readonly devices: number;
  /** cuDNN's version as its own integer, 0 where there is none. */
  readonly cudnn: number;
}

function load(): Addon {
  // libgomp's spinning makes small operators many times slower on busy cores; it reads this once.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
  try {
    return createRequire(import.meta.url)('../build/Release/door.node') as Addon;
  } catch (cause) {
    throw new AddonError(
      `the libtorch addon does not load: ${(cause as Error).message}`,
      'Run `npm run setup`; it finds libtorch and builds the addon.',
      { cause },
    );
  }
}

/** The addon of this thread. */
export const addon: Addon = load();

/** Facts about the libtorch in use. */
export function buildInfo(): BuildInfo {
  return addon.buildInfo();
}

/** Sets how many cores one operator may use in this process. */
export function setThreads(count: number): void {
  addon.setThreads(count);
}

/** How many cores one operator may use. */
export function threads(): number {
  return addon.threads();
}

/** Keeps cuDNN to algorithms that give the same bits each time. */
export function setDeterministic(wanted: boolean): void {
  addon.setDeterministic(wanted);
}
